# target: postgresql@16
# target: sqlite@3.45
from django.db import migrations


def change(apps, schema_editor):
    schema_editor.execute("ALTER TABLE shop_book ADD x int")


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunPython(change, migrations.RunPython.noop),
    ]
