from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0002_limits")]
    atomic = False
    operations = [
        AddIndexConcurrently(  # expect: timeout-breaks-concurrent-build
            "book", models.Index(fields=["title"], name="by_title")
        ),
    ]
