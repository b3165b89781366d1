# target: sqlite@3.45
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RemoveField("book", "sku"),
    ]
