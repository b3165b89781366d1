import import_me  # expect: broken-graph
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_initial")]
    operations = [
        import_me.Operation(),
    ]
