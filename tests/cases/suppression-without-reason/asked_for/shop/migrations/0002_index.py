from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_initial")]
    operations = [
        migrations.AddIndex(
            "book", models.Index(fields=["title"], name="a")
        ),  # expect: suppression-without-reason  # migration-lint: ignore[blocking-index-build]
        migrations.AddIndex(
            "book", models.Index(fields=["title"], name="b")
        ),  # expect: suppression-without-reason  # migration-lint: ignore[CREATE_INDEX] --
        migrations.AddIndex(
            "book", models.Index(fields=["title"], name="c")
        ),  # expect: suppression-without-reason  # migration-lint: ignore[CREATE_INDEX] - small
        # There are forty books.
        # expect: suppression-without-reason  # migration-lint: ignore[blocking-index-build]
        migrations.AddIndex("book", models.Index(fields=["title"], name="d")),
        migrations.AddIndex("book", models.Index(fields=["title"], name="e")),  # migration-lint: ignore[CREATE_INDEX] -- small
        migrations.AddIndex("book", models.Index(fields=["title"], name="f")),  # migration-lint: ignore[CREATE_INDEX]--small
        migrations.AddIndex("book", models.Index(fields=["title"], name="g")),  # migration-lint: ignore
    ]
