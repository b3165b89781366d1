# target: postgresql@16
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunSQL(  # expect: schema-and-data-together
            "DO $$ BEGIN UPDATE shop_book SET stock = 0 WHERE stock < 0; ALTER TABLE shop_book ADD COLUMN a int; END $$",
            migrations.RunSQL.noop,
        ),
    ]
