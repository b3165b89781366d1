# target: mysql@8.4
# target: mariadb@10.11
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.CreateModel(  # expect: row-too-large
            "Sale",
            [("id", models.BigAutoField(primary_key=True)), *((f"c{n}", models.CharField(max_length=255)) for n in range(65))],
        ),
    ]
