from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunSQL("ALTER TABLE shop_book ADD CONSTRAINT f FOREIGN KEY (publisher_id) REFERENCES shop_author NOT VALID"),
        migrations.RunSQL("ALTER TABLE shop_book VALIDATE CONSTRAINT f"),  # expect: validated-in-same-transaction
    ]
