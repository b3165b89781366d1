from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunSQL("ALTER TABLE shop_book DROP COLUMN stock"),  # expect: incompatible-type
        migrations.RunSQL("ALTER TABLE shop_book ADD COLUMN stock date"),
    ]
