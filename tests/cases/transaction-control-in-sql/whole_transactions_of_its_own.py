# target: postgresql@16, sqlite@3.45, mariadb@10.11
from django.db import migrations


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunSQL("BEGIN; UPDATE shop_book SET stock = 1; COMMIT", migrations.RunSQL.noop),
        migrations.RunSQL("BEGIN", migrations.RunSQL.noop),
        migrations.RunSQL("UPDATE shop_book SET stock = 1", migrations.RunSQL.noop),
        migrations.RunSQL("COMMIT", migrations.RunSQL.noop),
    ]
