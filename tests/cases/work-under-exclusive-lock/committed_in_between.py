# target: postgresql@16
from django.db import migrations


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunSQL(
            "ALTER TABLE shop_book ADD COLUMN a int",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            "UPDATE shop_book SET a = 1 WHERE id < 9",
            migrations.RunSQL.noop,
        ),
    ]
