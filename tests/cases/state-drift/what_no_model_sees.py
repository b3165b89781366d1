# target: postgresql@16
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunSQL(
            "CREATE INDEX i ON shop_book (lower(title))",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            "ALTER TABLE shop_book SET (fillfactor = 70)",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            "COMMENT ON COLUMN shop_book.title IS 'x'",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            "CREATE TABLE audit (id bigint)",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            "ALTER TABLE audit ADD COLUMN at date",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            "CREATE VIEW titles AS SELECT title FROM shop_book",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            "ALTER TABLE shop_book ADD CONSTRAINT c CHECK (stock > -1) NOT VALID",
            migrations.RunSQL.noop,
        ),
    ]
