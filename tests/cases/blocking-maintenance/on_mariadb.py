# target: mariadb@10.11
# target: mysql@8.4
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunSQL("OPTIMIZE TABLE shop_book"),
        migrations.RunSQL("LOCK TABLES shop_book READ"),  # expect: blocking-maintenance
        migrations.RunSQL("UNLOCK TABLES"),
        migrations.RunSQL("TRUNCATE shop_review"),  # expect: blocking-maintenance
    ]
