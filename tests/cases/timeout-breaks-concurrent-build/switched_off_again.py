# target: postgresql@16
from django.db import migrations


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunSQL(
            "SET lock_timeout = '2s'; SET statement_timeout = '5s'",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            "SET lock_timeout = 0; SET statement_timeout TO DEFAULT",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            "CREATE INDEX CONCURRENTLY i ON shop_book (stock)",
            migrations.RunSQL.noop,
        ),
    ]
