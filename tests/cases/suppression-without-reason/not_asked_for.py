from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.AddIndex("book", models.Index(fields=["stock"], name="a")),  # migration-lint: ignore[blocking-index-build]
    ]
