# target: postgresql@18
# target: mysql@8.4
# target: mariadb@10.11
# target: sqlite@3.45
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.AddField(
            "book",
            "n",
            models.GeneratedField(expression=models.F("stock") + 1, output_field=models.IntegerField(), db_persist=False),
        ),
    ]
