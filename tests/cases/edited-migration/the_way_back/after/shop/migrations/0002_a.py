from django.db import migrations


def size(value):
    return value


def fill(apps, schema_editor):
    apps.get_model("shop", "Book").objects.filter(title="").update(title=size(9))


def back(apps, schema_editor):
    print(size(1))


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_initial")]
    operations = [
        migrations.RunPython(fill, back, elidable=True),
        migrations.RunSQL("SELECT 1", reverse_sql="SELECT 2"),
    ]
