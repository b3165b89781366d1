# target: postgresql@16
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunSQL(
            "ALTER TABLE shop_book ADD COLUMN extra int; ALTER TABLE shop_book DROP COLUMN extra",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL("ALTER TABLE shop_book DROP COLUMN IF EXISTS never_there", migrations.RunSQL.noop),
        migrations.RemoveField("book", "tags"),
    ]
