# target: postgresql@16
from django.db import migrations


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunSQL(
            "CREATE TABLE log (id bigint, at date) PARTITION BY RANGE (at)",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(  # expect: server-refuses
            "CREATE INDEX CONCURRENTLY log_at ON log (at)",
            migrations.RunSQL.noop,
        ),
    ]
