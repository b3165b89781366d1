# target: postgresql@16
# target: mariadb@10.11
from django.db import migrations, models


class Migration(migrations.Migration):
    operations = [
        migrations.CreateModel(  # expect: small-primary-key
            "Shelf", [("id", models.AutoField(primary_key=True)), ("name", models.CharField(max_length=9))]
        ),
        migrations.CreateModel("Room", [("id", models.BigAutoField(primary_key=True))]),
        # The table's keys are its books'.
        migrations.CreateModel("Rare", [("book", models.OneToOneField("shop.Shelf", models.CASCADE, primary_key=True))]),
    ]
