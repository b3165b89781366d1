from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    atomic = False
    operations = [
        migrations.RunSQL("VACUUM shop_book"),
        migrations.RunSQL("VACUUM (ANALYZE) shop_book"),
        migrations.RunSQL("REINDEX (CONCURRENTLY) TABLE shop_book"),
        migrations.RunSQL("VACUUM (FULL) shop_book"),  # expect: blocking-maintenance
    ]
