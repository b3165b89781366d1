from django.db import migrations


class Migration(migrations.Migration):  # expect: conflicting-leaves
    dependencies = [("shop", "0002_a"), ("shop", "0002_b")]
    operations = []
