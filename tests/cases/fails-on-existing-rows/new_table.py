# target: postgresql@16
# target: mariadb@10.11
# target: sqlite@3.45
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]

    operations = [
        migrations.CreateModel(
            "Sale", [("id", models.BigAutoField(primary_key=True)), ("code", models.CharField(max_length=9, null=True))]
        ),
        migrations.AlterField("sale", "code", models.CharField(max_length=5, unique=True)),
    ]
