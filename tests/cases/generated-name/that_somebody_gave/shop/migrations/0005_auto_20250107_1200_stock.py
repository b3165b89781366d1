from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0004_merge_20250107_1200")]
    operations = []
