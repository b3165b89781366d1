# target: postgresql@16
# target: mysql@8.4
# target: mariadb@10.11
# target: oracle@19
# target: sqlite@3.45
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.AlterField("book", "title", models.CharField(max_length=200)),
        migrations.AlterField("book", "stock", models.BigIntegerField()),
        migrations.AlterField("book", "price", models.DecimalField(max_digits=12, decimal_places=2)),
    ]
