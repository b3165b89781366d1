# target: postgresql@15
# target: mariadb@10.11
# target: mysql@8.4
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.CreateModel(  # expect: referenced-table-locked
            "Sale",
            [
                ("id", models.BigAutoField(primary_key=True)),
                ("book", models.ForeignKey("shop.Book", models.CASCADE)),
                ("author", models.ForeignKey("shop.Author", models.CASCADE)),
            ],
        ),
    ]
