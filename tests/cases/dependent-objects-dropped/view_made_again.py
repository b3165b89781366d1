from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]

    operations = [
        migrations.RunSQL("CREATE VIEW v AS SELECT id, sku FROM shop_book", "DROP VIEW v"),
        migrations.RunSQL("DROP VIEW v", ""),
        migrations.RemoveField("book", "sku"),
        migrations.RunSQL("CREATE VIEW v AS SELECT id FROM shop_book", "DROP VIEW v"),
    ]
