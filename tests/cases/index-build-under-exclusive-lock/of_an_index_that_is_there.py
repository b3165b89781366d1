# target: postgresql@16
from django.db import migrations


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunSQL(
            "CREATE UNIQUE INDEX CONCURRENTLY u ON shop_book (title)",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            "ALTER TABLE shop_book ADD CONSTRAINT c UNIQUE USING INDEX u",
            migrations.RunSQL.noop,
        ),
    ]
