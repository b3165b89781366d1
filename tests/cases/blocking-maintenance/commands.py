from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunSQL("CLUSTER shop_book USING shop_book_pkey"),  # expect: blocking-maintenance
        migrations.RunSQL("REINDEX INDEX shop_book_pkey"),  # expect: blocking-maintenance
        migrations.RunSQL("TRUNCATE shop_author CASCADE"),  # expect: blocking-maintenance
        migrations.RunSQL("LOCK TABLE shop_book IN SHARE MODE"),  # expect: blocking-maintenance
        migrations.RunSQL("ALTER TABLE shop_book SET (fillfactor = 70)"),
        migrations.RunSQL("LOCK TABLE shop_book IN ROW EXCLUSIVE MODE"),
        migrations.RunSQL("ANALYZE shop_book"),
        migrations.RunSQL("CREATE TABLE scratch (id integer); TRUNCATE scratch; LOCK TABLE scratch"),
    ]
