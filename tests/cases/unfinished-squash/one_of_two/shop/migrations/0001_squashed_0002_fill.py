from django.db import migrations, models


def fill(apps, schema_editor):
    apps.get_model("shop", "Book").objects.create(title="x")


class Migration(migrations.Migration):
    replaces = [("shop", "0001_initial"), ("shop", "0002_fill")]
    dependencies = []
    operations = [  # expect: unfinished-squash
        migrations.CreateModel(
            "Book", [("id", models.BigAutoField(primary_key=True)), ("title", models.CharField(max_length=9))]
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
