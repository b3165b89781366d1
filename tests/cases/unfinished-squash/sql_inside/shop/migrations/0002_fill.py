from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_initial")]
    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL("CREATE VIEW titles AS SELECT title FROM shop_book", "DROP VIEW titles")],
        ),
    ]
