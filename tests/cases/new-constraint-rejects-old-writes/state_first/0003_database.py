from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0002_state")]
    operations = [
        migrations.RunSQL("ALTER TABLE shop_book ADD CONSTRAINT book_title UNIQUE (title)"),
        migrations.RunSQL("ALTER TABLE shop_book ADD CONSTRAINT in_stock CHECK (stock > 0)"),
    ]
