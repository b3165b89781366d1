# target: postgresql@16
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunSQL(  # expect: concurrently-in-transaction
            "DROP INDEX CONCURRENTLY i",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(  # expect: concurrently-in-transaction
            "REINDEX TABLE CONCURRENTLY shop_book",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(  # expect: concurrently-in-transaction
            "VACUUM shop_book",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(  # expect: concurrently-in-transaction
            "create index\n concurrently i on shop_tag (name)",
            migrations.RunSQL.noop,
        ),
    ]
