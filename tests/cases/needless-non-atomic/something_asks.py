# target: postgresql@16
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("shop", "0001_x")]
    operations = [
        AddIndexConcurrently("book", models.Index(fields=["title"], name="i")),
    ]
