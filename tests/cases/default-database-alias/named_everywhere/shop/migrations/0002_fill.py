from django.db import migrations


def fill(apps, schema_editor):
    Book = apps.get_model("shop", "Book")
    alias = schema_editor.connection.alias
    books = Book.objects.using(alias)
    books.filter(title="").update(title="x")
    Book._default_manager.db_manager(alias).create(title="y")
    for book in books:
        book.title = "z"
        book.save(update_fields=["title"])
        Book(title="a").save(using=alias)
        book.delete()
    [book.delete() for book in Book.objects.using("other")]
    Book.objects.using(alias=schema_editor.connection.alias).bulk_create([Book(title="b")])


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_initial")]
    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
