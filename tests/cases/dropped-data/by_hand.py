# target: postgresql@16
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunSQL(  # expect: dropped-data
            "DROP TABLE shop_review CASCADE",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(  # expect: dropped-data
            "ALTER TABLE shop_book DROP COLUMN notes, DROP COLUMN stock",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(  # expect: dropped-data
            "TRUNCATE shop_tag CASCADE",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            "DROP INDEX IF EXISTS nothing",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            "DROP TABLE IF EXISTS never_there",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            "CREATE TEMP TABLE t (a int); DROP TABLE t",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            "ALTER TABLE shop_author DROP CONSTRAINT shop_author_code_key",
            migrations.RunSQL.noop,
        ),
    ]
