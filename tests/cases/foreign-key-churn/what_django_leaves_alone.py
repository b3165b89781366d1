# target: postgresql@16
# target: mysql@8.4
# target: mariadb@10.11
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.AlterField(
            "book",
            "author",
            models.ForeignKey("shop.Author", models.CASCADE, related_name="books"),
        ),
        migrations.AlterField(
            "book",
            "author",
            models.ForeignKey("shop.Author", models.CASCADE, help_text="x", verbose_name="writer"),
        ),
        migrations.AlterField(
            "book",
            "author",
            models.ForeignKey("shop.Author", models.CASCADE, limit_choices_to={"name": "x"}),
        ),
    ]
