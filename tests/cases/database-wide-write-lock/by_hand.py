# target: sqlite@3.45
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunSQL(  # expect: database-wide-write-lock
            "UPDATE shop_book SET stock = 0",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            "ALTER TABLE shop_book RENAME COLUMN notes TO remarks",
            migrations.RunSQL.noop,
        ),
    ]
