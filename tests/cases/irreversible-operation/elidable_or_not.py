from django.db import migrations


def nothing(apps, schema_editor):
    print(apps)


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunPython(nothing, elidable=True),  # expect: irreversible-operation
        migrations.RunPython(nothing, migrations.RunPython.noop),
        migrations.RunSQL("SELECT 1", reverse_sql=""),
    ]
