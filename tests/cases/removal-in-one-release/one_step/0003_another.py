from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0002_remove")]
    operations = [
        migrations.RemoveField("book", "notes"),
    ]
