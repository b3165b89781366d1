from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0002_a"), ("shop", "0002_b")]
    operations = []
