from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunSQL(  # expect: new-constraint-rejects-old-writes
            "ALTER TABLE shop_book ADD FOREIGN KEY (publisher_id) REFERENCES shop_author NOT VALID"
        ),
    ]
