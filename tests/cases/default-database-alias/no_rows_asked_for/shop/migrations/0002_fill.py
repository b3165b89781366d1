from django.db import migrations


def fill(apps, schema_editor):
    Book = apps.get_model("shop", "Book")
    print(Book._meta.db_table)
    schema_editor.execute("UPDATE shop_book SET title = 'x' WHERE title = ''")


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_initial")]
    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
