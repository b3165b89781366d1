from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunSQL(  # expect: concurrently-in-transaction
            "create index concurrently i on shop_book (title)", "DROP INDEX i"
        ),
    ]
