# target: postgresql@16
from django.db import migrations, models


def trim(apps, schema_editor):
    if schema_editor.connection.vendor != "mysql":
        return
    apps.get_model("shop", "Review").objects.filter(rating=None).delete()


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunPython(trim, migrations.RunPython.noop),
        migrations.AddField("book", "blurb", models.TextField(null=True)),
    ]
