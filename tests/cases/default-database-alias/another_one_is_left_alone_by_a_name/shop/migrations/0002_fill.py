from django.db import DEFAULT_DB_ALIAS, migrations


def fill(apps, schema_editor):
    Book = apps.get_model("shop", "Book")
    alias = schema_editor.connection.alias
    if alias != DEFAULT_DB_ALIAS:
        return
    Book.objects.filter(title="").update(title="x")


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_initial")]
    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
