from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunSQL("CREATE TABLE IF NOT EXISTS shop_book (id int)", migrations.RunSQL.noop),
        migrations.RunSQL("-- create index i on shop_book (title)", migrations.RunSQL.noop),
        migrations.RunSQL("SELECT 'create index i on shop_book (title)'", migrations.RunSQL.noop),
    ]
