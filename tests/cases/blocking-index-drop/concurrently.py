from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    atomic = False
    operations = [
        migrations.RunSQL("DROP INDEX CONCURRENTLY IF EXISTS shop_book_sku_cfa209c8"),
    ]
