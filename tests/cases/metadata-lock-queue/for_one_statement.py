# target: mariadb@10.11
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunSQL(
            "SET STATEMENT lock_wait_timeout=5 FOR ALTER TABLE shop_book ADD COLUMN a integer NULL", migrations.RunSQL.noop
        ),
    ]
