# target: postgresql@16
from django.db import migrations


def by_a_helper(apps, schema_editor):
    clear(apps.get_model("shop", "Book").objects.all())


def clear(books):
    books.update(notes="")  # expect: whole-table-update


def twice(apps, schema_editor):
    Book = apps.get_model("shop", "Book")
    for value in ("a", "b"):
        Book.objects.exclude().update(notes=value)  # expect: whole-table-update


def at_the_end(apps, schema_editor):
    apps.get_model("shop", "Review").objects.order_by("pk").select_related("book").delete()  # expect: whole-table-update


def by_a_cursor(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("UPDATE shop_author SET name = upper(name)")


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunPython(by_a_helper, migrations.RunPython.noop),
        migrations.RunPython(twice, migrations.RunPython.noop),
        migrations.RunPython(at_the_end, migrations.RunPython.noop),
        migrations.RunPython(by_a_cursor, migrations.RunPython.noop),  # expect: whole-table-update
    ]
