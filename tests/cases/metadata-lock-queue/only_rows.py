# target: mysql@8.4
# target: mariadb@10.11
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunSQL("UPDATE shop_book SET stock = 0 WHERE id = 1", migrations.RunSQL.noop),
    ]
