from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0002_make")]
    operations = [
        migrations.RenameField("tag", "json", "data"),
    ]
