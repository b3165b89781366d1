# deploy: code-first
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunSQL("ALTER TABLE shop_book ADD COLUMN pages integer NULL", migrations.RunSQL.noop),
    ]
