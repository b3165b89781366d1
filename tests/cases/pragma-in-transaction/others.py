# target: sqlite@3.45
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunSQL(  # expect: pragma-in-transaction
            "PRAGMA foreign_keys = OFF",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            "PRAGMA user_version = 3",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            "PRAGMA table_info(shop_book)",
            migrations.RunSQL.noop,
        ),
    ]
