# target: sqlite@3.45
from django.db import migrations


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunSQL("VACUUM", migrations.RunSQL.noop),
        migrations.RunSQL("REINDEX shop_book", migrations.RunSQL.noop),
    ]
