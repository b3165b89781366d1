from django.db import migrations, models


def clear(apps, schema_editor):
    apps.get_model("shop", "Book").objects.filter(stock=0).update(notes="")


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunPython(clear, migrations.RunPython.noop),
        migrations.AlterField("book", "title", models.CharField(max_length=200)),
    ]
