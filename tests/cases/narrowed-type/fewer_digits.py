# target: postgresql@16
# target: mysql@8.4
# target: mariadb@10.11
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.AlterField("book", "price", models.DecimalField(max_digits=10, decimal_places=4)),  # expect: narrowed-type
    ]
