from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]

    operations = [
        migrations.RunSQL("ALTER TABLE shop_book ADD CONSTRAINT c CHECK (stock >= 0) NOT VALID", ""),
    ]
