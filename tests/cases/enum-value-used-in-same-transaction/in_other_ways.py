# target: postgresql@16
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunSQL("ALTER TYPE mood ADD VALUE 'sad'", migrations.RunSQL.noop),
        migrations.RunSQL(  # expect: enum-value-used-in-same-transaction
            "INSERT INTO moods VALUES ('sad')",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(  # expect: enum-value-used-in-same-transaction
            "ALTER TABLE moods ALTER COLUMN m SET DEFAULT 'sad'",
            migrations.RunSQL.noop,
        ),
    ]
