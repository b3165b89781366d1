from django.db import migrations
from shop.rules import Titled


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_initial")]
    operations = [
        migrations.RunPython(Titled.fill, migrations.RunPython.noop),  # expect: unserializable-reference
    ]
