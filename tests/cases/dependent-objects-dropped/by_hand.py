# target: postgresql@16
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunSQL(
            "CREATE VIEW v AS SELECT title FROM shop_book",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(  # expect: dependent-objects-dropped
            "ALTER TABLE shop_book DROP COLUMN title CASCADE",
            migrations.RunSQL.noop,
        ),
    ]
