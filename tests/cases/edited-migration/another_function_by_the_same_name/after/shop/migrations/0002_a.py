from django.db import migrations
from shop.two import fill


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_initial")]
    operations = [  # expect: edited-migration
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
