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
            "ALTER TABLE shop_book COMMENT = 'x'",
            migrations.RunSQL.noop,
        ),
    ]
