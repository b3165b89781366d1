# ruff: noqa: UP031, UP032
from django.db import migrations

TABLE = "shop_book"


def names(cursor):
    cursor.execute("SELECT name FROM shop_author")
    return cursor.fetchall()


def f_string(apps, schema_editor):
    for (name,) in names(schema_editor.connection.cursor()):
        schema_editor.execute(f"UPDATE {TABLE} SET notes = '{name}'")  # expect: sql-built-from-strings


def percent(apps, schema_editor):
    cursor = schema_editor.connection.cursor()
    for row in names(cursor):
        cursor.execute("UPDATE shop_book SET notes = '%s'" % row[0])  # expect: sql-built-from-strings


def format_method(apps, schema_editor):
    for author in apps.get_model("shop", "Author").objects.all():
        text = "UPDATE shop_book SET notes = '{}'".format(author.name)
        schema_editor.execute(text)  # expect: sql-built-from-strings


def plus(apps, schema_editor):
    author = apps.get_model("shop", "Author").objects.first()
    text = "DELETE FROM shop_book WHERE notes = '" + author.name
    text += "'"
    apps.get_model("shop", "Book").objects.raw(text)  # expect: sql-built-from-strings


def silent(apps, schema_editor):
    Book = apps.get_model("shop", "Book")
    quote = schema_editor.quote_name
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(f"UPDATE {TABLE} SET notes = %s", [str(schema_editor)])
        cursor.execute(f"UPDATE {Book._meta.db_table} SET notes = ''")
        cursor.execute("UPDATE %s SET notes = ''" % quote(Book._meta.db_table))
        cursor.execute("SELECT 1 FROM {} WHERE id IN ({})".format(TABLE, ", ".join(["%s"] * 3)), [1, 2, 3])
        for table in ("shop_author", "shop_tag"):
            cursor.execute(f"SELECT count(*) FROM {table}")
        for model in (Book, apps.get_model("shop", "Tag")):
            column = model._meta.get_field("id").column
            cursor.execute(f"SELECT max({column}) FROM {model._meta.db_table} LIMIT {int(str(model))}")


class Migration(migrations.Migration):
    operations = [
        migrations.RunPython(f_string, migrations.RunPython.noop),
        migrations.RunPython(percent, migrations.RunPython.noop),
        migrations.RunPython(format_method, migrations.RunPython.noop),
        migrations.RunPython(plus, migrations.RunPython.noop),
        migrations.RunPython(silent, migrations.RunPython.noop),
    ]
