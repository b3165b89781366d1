# target: postgresql@16
from django.db import migrations


def update(apps, schema_editor):
    apps.get_model("shop", "Book").objects.filter(stock=0).update(notes="")


def reads(apps, schema_editor):
    print(apps.get_model("shop", "Book").objects.count())


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunPython(reads, migrations.RunPython.noop),
    ]
