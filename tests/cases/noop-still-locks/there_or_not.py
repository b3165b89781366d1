from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunSQL("CREATE INDEX IF NOT EXISTS shop_book_sku_cfa209c8 ON shop_book (sku)"),  # expect: noop-still-locks
        migrations.RunSQL("CREATE INDEX IF NOT EXISTS brand_new ON shop_book (sku)"),
        migrations.RunSQL("ALTER TABLE shop_book DROP COLUMN IF EXISTS nowhere"),  # expect: noop-still-locks
        migrations.RunSQL("ALTER TABLE shop_book DROP COLUMN IF EXISTS stock"),
        migrations.RunSQL("ALTER TABLE shop_book ADD COLUMN IF NOT EXISTS title text, ADD COLUMN fresh text"),
        migrations.RunSQL("DROP INDEX IF EXISTS nowhere"),
        migrations.RunSQL("DROP TABLE IF EXISTS nowhere"),
        migrations.RunSQL("ALTER TABLE nobody_knows DROP COLUMN IF EXISTS perhaps"),
    ]
