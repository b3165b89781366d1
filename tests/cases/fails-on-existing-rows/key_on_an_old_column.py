# target: postgresql@16
# target: mariadb@10.11
# target: sqlite@3.45
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]

    operations = [
        migrations.AlterField(  # expect: fails-on-existing-rows
            "book", "publisher_id", models.ForeignKey("shop.Author", models.SET_NULL, null=True, related_name="+")
        ),
    ]
