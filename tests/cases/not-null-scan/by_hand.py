# target: postgresql@16
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunSQL(  # expect: not-null-scan
            "ALTER TABLE shop_book ALTER COLUMN published SET NOT NULL",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(  # expect: not-null-scan
            "ALTER TABLE shop_review ALTER rating SET NOT NULL",
            migrations.RunSQL.noop,
        ),
    ]
