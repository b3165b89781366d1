# target: postgresql@16
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunSQL(
            "ALTER TABLE shop_book ADD CONSTRAINT n CHECK (stock IS NOT NULL)",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            "ALTER TABLE shop_book ALTER COLUMN stock SET NOT NULL",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            "ALTER TABLE shop_book ADD CONSTRAINT u UNIQUE (id, title)",
            migrations.RunSQL.noop,
        ),
    ]
