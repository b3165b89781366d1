from django.db import migrations


def found(apps, schema_editor):
    Book = apps.get_model("shop", "Book")
    for book in Book.objects.filter(stock=0):  # expect: row-by-row-save
        book.notes = "gone"
        book.save(update_fields=["notes"])


def asks_again(apps, schema_editor):
    Book = apps.get_model("shop", "Book")
    for book in Book.objects.filter(stock=0):
        if not Book.objects.filter(notes=book.title).exists():
            book.notes = book.title
            book.save()


def silent(apps, schema_editor):
    Book = apps.get_model("shop", "Book")
    book = Book.objects.first()
    book.notes = ""
    book.save()
    batch = []
    for book in Book.objects.filter(stock=0):
        book.notes = ""
        batch.append(book)
    Book.objects.bulk_update(batch, ["notes"])
    for name in ("a", "b"):
        apps.get_model("shop", "Tag")(name=name).save()


class Migration(migrations.Migration):
    operations = [
        migrations.RunPython(found, migrations.RunPython.noop),
        migrations.RunPython(asks_again, migrations.RunPython.noop),
        migrations.RunPython(silent, migrations.RunPython.noop),
    ]
