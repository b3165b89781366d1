# target: postgresql@16
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunSQL(  # expect: json-not-jsonb
            "ALTER TABLE shop_book ADD COLUMN a json",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(  # expect: json-not-jsonb
            "CREATE TABLE log (id bigint, data json NOT NULL)",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(  # expect: json-not-jsonb
            "ALTER TABLE shop_tag ADD COLUMN b json[]",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            "ALTER TABLE shop_book ADD COLUMN c jsonb",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            "ALTER TABLE shop_author ADD COLUMN json text",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            "SELECT '{}'::json",
            migrations.RunSQL.noop,
        ),
    ]
