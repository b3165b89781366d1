from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    atomic = False
    operations = [
        migrations.RunSQL("CREATE INDEX CONCURRENTLY i ON shop_book (title)", "DROP INDEX i"),
        migrations.RunSQL(["SET lock_timeout = 0", "CREATE INDEX CONCURRENTLY j ON shop_book (sku)"], "DROP INDEX j"),
    ]
