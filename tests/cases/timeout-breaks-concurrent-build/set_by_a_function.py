# target: postgresql@16
from django.db import migrations


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunSQL(
            "SELECT set_config('statement_timeout', '5s', false)",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(  # expect: timeout-breaks-concurrent-build
            "CREATE INDEX CONCURRENTLY i ON shop_book (stock)",
            migrations.RunSQL.noop,
        ),
    ]
