# target: mysql@8.4, mariadb@10.11
from django.db import migrations


class Migration(migrations.Migration):
    """Where DDL has no transactions, Django begins none around a migration."""

    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunSQL("START TRANSACTION; UPDATE shop_book SET stock = 1; COMMIT", migrations.RunSQL.noop),
    ]
