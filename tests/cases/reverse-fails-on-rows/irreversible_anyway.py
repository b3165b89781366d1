from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]

    operations = [
        migrations.RemoveField("book", "stock"),
        migrations.RunPython(lambda apps, schema_editor: None),
    ]
