from django.db import migrations


def size(value):
    return value + 1


def fill(apps, schema_editor):
    apps.get_model("shop", "Book").objects.filter(title="").update(title=size(9))


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_initial")]
    operations = [  # expect: edited-migration
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
