# target: postgresql@16
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunSQL(  # expect: noop-still-locks
            "ALTER TABLE shop_book ADD COLUMN IF NOT EXISTS stock integer",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            "CREATE TABLE IF NOT EXISTS shop_book (id bigint)",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            "ALTER TABLE shop_review ADD COLUMN IF NOT EXISTS pages integer",
            migrations.RunSQL.noop,
        ),
    ]
