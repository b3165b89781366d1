from django.db import migrations


def fill(apps, schema_editor):
    Book = apps.get_model("shop", "Book")
    Book.objects.filter(title="").update(title="x")


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_initial")]
    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
