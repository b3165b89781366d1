# target: mariadb@10.11
# target: mysql@8.4
from django.db import migrations


def change(apps, schema_editor):
    schema_editor.execute("ALTER TABLE shop_book ADD x int")  # expect: schema-editor-in-runpython


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunPython(change, migrations.RunPython.noop),
    ]
