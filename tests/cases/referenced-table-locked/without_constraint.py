# target: postgresql@15
# target: mariadb@10.11
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.AddField(
            "review", "author", models.ForeignKey("shop.Author", models.SET_NULL, null=True, db_constraint=False)
        ),
        migrations.AddField("review", "previous", models.ForeignKey("self", models.SET_NULL, null=True)),
    ]
