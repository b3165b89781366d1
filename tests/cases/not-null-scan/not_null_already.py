# target: postgresql@16
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunSQL(
            "ALTER TABLE shop_book ALTER COLUMN stock SET NOT NULL",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            "ALTER TABLE shop_book ADD COLUMN a int NOT NULL DEFAULT 1",
            migrations.RunSQL.noop,
        ),
    ]
