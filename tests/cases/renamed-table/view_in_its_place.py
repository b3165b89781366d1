from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunSQL("ALTER TABLE shop_review RENAME TO opinion"),
        migrations.RunSQL("CREATE VIEW shop_review AS SELECT id, book_id, body, rating FROM opinion"),
    ]
