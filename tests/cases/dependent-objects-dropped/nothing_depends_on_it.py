# target: postgresql@16
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunSQL(
            "ALTER TABLE shop_book DROP COLUMN title",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            "CREATE TABLE t (a int)",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            "DROP TABLE t CASCADE",
            migrations.RunSQL.noop,
        ),
    ]
