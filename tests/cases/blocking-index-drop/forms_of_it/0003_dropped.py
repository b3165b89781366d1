from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0002_made")]
    operations = [
        migrations.RemoveIndex("book", "by_title"),  # expect: blocking-index-drop
        migrations.RunSQL("DROP INDEX by_stock"),  # expect: blocking-index-drop
        migrations.RunSQL("DROP INDEX IF EXISTS nowhere"),
    ]
