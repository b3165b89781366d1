# target: postgresql@16
from django.db import migrations, models


def trim(apps, schema_editor):
    apps.get_model("shop", "Review").objects.filter(rating=None).delete()


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunPython(trim, migrations.RunPython.noop),
        migrations.SeparateDatabaseAndState(
            state_operations=[migrations.AlterField("book", "title", models.CharField(max_length=90))],
        ),
        migrations.AlterModelOptions("book", {}),
    ]
