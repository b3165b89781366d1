from django.db import migrations


def size(value):
    return value


def fill(apps, schema_editor):
    apps.get_model("shop", "Book").objects.filter(title="").update(title=size(9))


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_initial")]
    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
