# target: postgresql@16
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RenameField("book", "title", "name"),
        migrations.RenameField("book", "name", "title"),
    ]
