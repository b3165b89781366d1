from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0002_view")]
    operations = [
        migrations.RunSQL("CREATE OR REPLACE VIEW best AS SELECT id, sku AS name FROM shop_book"),  # expect: old-code-breaks
    ]
