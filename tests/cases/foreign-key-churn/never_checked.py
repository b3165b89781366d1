# target: postgresql@16
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.AddField(
            "review",
            "author",
            models.ForeignKey("shop.Author", models.CASCADE, null=True, db_constraint=False),
        ),
        migrations.AlterField(
            "review",
            "author",
            models.ForeignKey("shop.Author", models.CASCADE, null=True, db_constraint=False, db_index=False),
        ),
    ]
