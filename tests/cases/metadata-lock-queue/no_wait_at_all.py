# target: mariadb@10.11
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunSQL("ALTER TABLE shop_book NOWAIT ADD COLUMN a integer NULL", migrations.RunSQL.noop),
        migrations.RunSQL("ALTER TABLE shop_book WAIT 5 ADD COLUMN b integer NULL", migrations.RunSQL.noop),
    ]
