from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_initial")]
    operations = [
        # migration-lint: ignore[blocking-index-build] -- it builds online on MariaDB
        migrations.AddIndex("book", models.Index(fields=["title"], name="a")),
    ]
