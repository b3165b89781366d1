from functools import reduce as fill

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_initial")]
    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
