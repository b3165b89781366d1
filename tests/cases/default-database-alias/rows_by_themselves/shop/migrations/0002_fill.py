from django.db import migrations


def fill(apps, schema_editor):
    Book = apps.get_model("shop", "Book")
    for book in Book.objects.using(schema_editor.connection.alias).filter(title=""):
        Book(title=book.title).save()  # expect: default-database-alias


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_initial")]
    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
