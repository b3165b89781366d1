from django.db import migrations, models

# expect: blanket-suppression  # migration-lint: ignore-file


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        # expect: blanket-suppression  # migration-lint: ignore
        migrations.AddField("book", "a", models.IntegerField(null=True)),
        migrations.AddField(
            "book", "b", models.IntegerField(null=True)
        ),  # expect: blanket-suppression  # migration-lint: ignore[]
        migrations.AddField(
            "book", "c", models.IntegerField(null=True)
        ),  # expect: blanket-suppression  # migration-lint: ignore[ , ]
        migrations.AddField(
            "book", "d", models.IntegerField(null=True)
        ),  # expect: blanket-suppression  # migration-lint: ignore -- ok
        migrations.AddField(
            "book", "e", models.IntegerField(null=True)
        ),  # expect: blanket-suppression  # migration-lint: ignore: DROP_TABLE
    ]
