# target: postgresql@16
from django.db import migrations


def fill(apps, schema_editor):
    apps.get_model("shop", "Review").objects.update(body="")


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
