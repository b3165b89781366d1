from django.db import migrations


def fill(apps, schema_editor):
    schema_editor.execute("UPDATE shop_book SET stock = 1")
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("COMMIT")


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]  # expect: transaction-control-in-sql
