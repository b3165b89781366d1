# target: postgresql@16
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunSQL(  # expect: foreign-key-without-index
            "ALTER TABLE shop_book ADD CONSTRAINT f FOREIGN KEY (publisher_id) REFERENCES shop_author (id) NOT VALID",
            migrations.RunSQL.noop,
        ),
    ]
