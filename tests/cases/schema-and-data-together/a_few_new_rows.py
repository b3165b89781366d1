# target: postgresql@16
from django.db import migrations, models


def make(apps, schema_editor):
    apps.get_model("shop", "Tag").objects.get_or_create(name="new")


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunPython(make, migrations.RunPython.noop),
        migrations.AddField("book", "blurb", models.TextField(null=True)),
    ]
