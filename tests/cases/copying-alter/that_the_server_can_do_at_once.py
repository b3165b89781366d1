# target: mysql@8.4
# target: mariadb@10.11
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunSQL(
            "ALTER TABLE shop_book ADD COLUMN a int NULL",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            "ALTER TABLE shop_book ALTER COLUMN stock SET DEFAULT 1",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            "ALTER TABLE shop_book RENAME COLUMN notes TO remarks",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            "CREATE INDEX i ON shop_book (stock)",
            migrations.RunSQL.noop,
        ),
    ]
