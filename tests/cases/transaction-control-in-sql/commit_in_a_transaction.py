# target: postgresql@16, sqlite@3.45
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunSQL("-- all of it at once\ncommit", migrations.RunSQL.noop),  # expect: transaction-control-in-sql
        migrations.RunSQL("UPDATE shop_book SET stock = 1", migrations.RunSQL.noop),
        migrations.RunSQL(["SELECT 1", "ROLLBACK"], migrations.RunSQL.noop),  # expect: transaction-control-in-sql
    ]
