from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    atomic = False
    operations = [
        migrations.RunSQL(  # expect: several-tables-locked
            "ALTER TABLE shop_book ADD COLUMN a integer; ALTER TABLE shop_author ADD COLUMN a integer"
        ),
    ]
