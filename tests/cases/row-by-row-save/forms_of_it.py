from django.db import migrations


def streamed(apps, schema_editor):
    for book in apps.get_model("shop", "Book").objects.filter(stock=0).iterator():  # expect: row-by-row-save
        book.stock = 1
        book.save()


def as_a_list(apps, schema_editor):
    for book in list(apps.get_model("shop", "Book").objects.filter(stock=0)):  # expect: row-by-row-save
        book.notes = ""
        book.save()


def some_of_them(apps, schema_editor):
    for book in apps.get_model("shop", "Book").objects.filter(stock=0):  # expect: row-by-row-save
        if book.notes:
            book.notes = ""
            book.save(update_fields=["notes"])


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunPython(streamed, migrations.RunPython.noop),
        migrations.RunPython(as_a_list, migrations.RunPython.noop),
        migrations.RunPython(some_of_them, migrations.RunPython.noop),
    ]
