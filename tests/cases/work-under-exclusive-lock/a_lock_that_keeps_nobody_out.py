# target: postgresql@16
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunSQL(
            "CREATE VIEW v AS SELECT id FROM shop_book",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            "UPDATE shop_book SET stock = 1 WHERE stock = 0",
            migrations.RunSQL.noop,
        ),
    ]
