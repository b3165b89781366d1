from django.db import migrations


def in_one_statement(apps, schema_editor):
    Book = apps.get_model("shop", "Book")
    Book.objects.filter(stock=0).update(notes="")
    for author in ("a", "b"):
        Book.objects.filter(author__code=author).update(notes=author)


def all_made_together(apps, schema_editor):
    Tag = apps.get_model("shop", "Tag")
    Tag.objects.bulk_create([Tag(name=book.title) for book in apps.get_model("shop", "Book").objects.all()])


def in_batches(apps, schema_editor):
    Book = apps.get_model("shop", "Book")
    changed = []
    for book in Book.objects.filter(stock=0).iterator():
        book.notes = book.title
        changed.append(book)
        if len(changed) == 500:
            Book.objects.bulk_update(changed, ["notes"])
            changed = []
    Book.objects.bulk_update(changed, ["notes"], batch_size=500)


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunPython(in_one_statement, migrations.RunPython.noop),
        migrations.RunPython(all_made_together, migrations.RunPython.noop),
        migrations.RunPython(in_batches, migrations.RunPython.noop),
    ]
