# target: postgresql@16
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunSQL(  # expect: timestamp-without-timezone
            "ALTER TABLE shop_book ADD COLUMN a timestamp",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(  # expect: timestamp-without-timezone
            "ALTER TABLE shop_tag ADD COLUMN b timestamp(3) without time zone",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            "ALTER TABLE shop_author ADD COLUMN c timestamptz",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            "ALTER TABLE shop_author ADD COLUMN d timestamp with time zone",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            "ALTER TABLE shop_author ADD COLUMN e date, ADD COLUMN f time",
            migrations.RunSQL.noop,
        ),
    ]
