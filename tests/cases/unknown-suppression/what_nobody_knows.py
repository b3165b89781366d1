from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        # expect: unknown-suppression  # migration-lint: ignore[blocking-index-built] -- small
        migrations.AddIndex("book", models.Index(fields=["stock"], name="a")),
        migrations.AddField(
            "book", "b", models.IntegerField(null=True)
        ),  # expect: unknown-suppression  # migration-lint: ingore[state-drift]
        migrations.AddField(
            "book", "c", models.IntegerField(null=True)
        ),  # expect: unknown-suppression  # migration-lint: ignore[locks]
        migrations.AddField(
            "book", "d", models.IntegerField(null=True)
        ),  # expect: unknown-suppression  # migration-lint: ignore[Table-Rewrite]
        # expect: unknown-suppression, unknown-suppression  # migration-lint: ignore[state-drift, nothing, "dropped-data"]
        migrations.AddField("book", "e", models.IntegerField(null=True)),
        migrations.AddField(
            "book", "f", models.IntegerField(null=True)
        ),  # expect: unknown-suppression  # migration-lint: [dropped-data]
    ]
