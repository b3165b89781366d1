# target: postgresql@16
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunSQL(  # expect: blocking-foreign-key-check
            "ALTER TABLE shop_book ADD CONSTRAINT f FOREIGN KEY (publisher_id) REFERENCES shop_author",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            "ALTER TABLE shop_review ADD CONSTRAINT g FOREIGN KEY (rating) REFERENCES shop_author (id) NOT VALID",
            migrations.RunSQL.noop,
        ),
    ]
