# ruff: noqa: PERF401, UP031, UP032
from django.db import migrations


def joined(apps, schema_editor):
    names = [author.name for author in apps.get_model("shop", "Author").objects.all()]
    text = "DELETE FROM shop_book WHERE notes IN ('" + "', '".join(names) + "')"
    schema_editor.execute(text)  # expect: sql-built-from-strings


def in_a_dictionary(apps, schema_editor):
    for author in apps.get_model("shop", "Author").objects.values("name"):
        schema_editor.execute("UPDATE shop_book SET notes = '%(name)s'" % author)  # expect: sql-built-from-strings


def by_a_helper(apps, schema_editor):
    author = apps.get_model("shop", "Author").objects.first()
    run(schema_editor, f"DELETE FROM shop_book WHERE notes = '{author.name}'")


def run(editor, text):
    editor.execute(text)  # expect: sql-built-from-strings


def as_they_come(apps, schema_editor):
    names = []
    for author in apps.get_model("shop", "Author").objects.all():
        names.append(author.name)
    text = "DELETE FROM shop_book WHERE notes IN ('{}')".format("', '".join(names))
    schema_editor.execute(text)  # expect: sql-built-from-strings


def names_alone(apps, schema_editor):
    Book = apps.get_model("shop", "Book")
    columns = ", ".join(field.column for field in Book._meta.local_fields)
    marks = ", ".join("%s" for _ in Book.objects.all())
    schema_editor.execute(f"SELECT {columns} FROM shop_book WHERE id IN ({marks})", [book.pk for book in Book.objects.all()])


def with_parameters(apps, schema_editor):
    cursor = schema_editor.connection.cursor()
    for author in apps.get_model("shop", "Author").objects.all():
        cursor.execute("UPDATE shop_book SET notes = %s WHERE author_id = %s", [author.name, author.pk])
        cursor.execute("UPDATE shop_book SET notes = %(name)s", {"name": author.name})
    cursor.execute("UPDATE shop_book SET stock = {}".format(5))
    cursor.execute("UPDATE shop_book SET stock = %d" % 5)


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunPython(joined, migrations.RunPython.noop),
        migrations.RunPython(in_a_dictionary, migrations.RunPython.noop),
        migrations.RunPython(by_a_helper, migrations.RunPython.noop),
        migrations.RunPython(as_they_come, migrations.RunPython.noop),
        migrations.RunPython(names_alone, migrations.RunPython.noop),
        migrations.RunPython(with_parameters, migrations.RunPython.noop),
    ]
