# target: postgresql@16, mariadb@10.11
from django.db import migrations


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunSQL("START TRANSACTION", migrations.RunSQL.noop),  # expect: transaction-control-in-sql
        migrations.RunSQL("UPDATE shop_book SET stock = 1", migrations.RunSQL.noop),
    ]
