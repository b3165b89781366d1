# target: postgresql@16
from django.db import migrations


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunSQL(
            "CREATE INDEX CONCURRENTLY i ON shop_book (publisher_id, stock)",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            "ALTER TABLE shop_book ADD CONSTRAINT f FOREIGN KEY (publisher_id) REFERENCES shop_author (id) NOT VALID",
            migrations.RunSQL.noop,
        ),
    ]
