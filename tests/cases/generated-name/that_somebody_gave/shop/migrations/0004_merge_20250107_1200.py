from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0003_auto_20250107")]
    operations = []
