# target: postgresql@16
# target: sqlite@3.45
from django.db import migrations, models


def trim(apps, schema_editor):
    apps.get_model("shop", "Review").objects.filter(rating=None).delete()


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunPython(trim, migrations.RunPython.noop),
        migrations.AddField("book", "blurb", models.TextField(null=True)),  # expect: schema-and-data-together
    ]
