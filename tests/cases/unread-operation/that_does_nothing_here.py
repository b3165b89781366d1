# target: postgresql@16
from django.db import migrations


class Other(migrations.RunSQL):
    """Says what it does as any RunSQL does."""

    def __init__(self):
        super().__init__("SELECT 1", "")


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        Other(),
    ]
