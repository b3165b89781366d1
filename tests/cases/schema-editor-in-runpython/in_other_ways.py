# target: mysql@8.4
# target: mariadb@10.11
from django.db import migrations


def by_text(apps, schema_editor):
    schema_editor.execute("ALTER TABLE shop_book ADD pages int")  # expect: schema-editor-in-runpython


def by_a_cursor(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("CREATE INDEX i ON shop_book (stock)")


def rows_alone(apps, schema_editor):
    schema_editor.execute("UPDATE shop_book SET stock = 0 WHERE stock < 0")  # expect: schema-editor-in-runpython


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunPython(by_text, migrations.RunPython.noop),
        migrations.RunPython(by_a_cursor, migrations.RunPython.noop),
        migrations.RunPython(rows_alone, migrations.RunPython.noop),
    ]
