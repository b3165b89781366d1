# target: postgresql@16
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunSQL(  # expect: table-rewrite
            "ALTER TABLE shop_book ADD COLUMN a timestamptz DEFAULT clock_timestamp()",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(  # expect: table-rewrite
            "ALTER TABLE shop_review ADD COLUMN u uuid NOT NULL DEFAULT gen_random_uuid()",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(  # expect: table-rewrite
            "ALTER TABLE shop_tag ADD COLUMN s bigserial",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            "ALTER TABLE shop_author ADD COLUMN a timestamptz DEFAULT now()",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            "ALTER TABLE shop_author ADD COLUMN b text DEFAULT 'x' || 'y'",
            migrations.RunSQL.noop,
        ),
    ]
