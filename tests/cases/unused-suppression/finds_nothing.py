# rules: blocking-index-build, dropped-data
from django.db import migrations, models

# expect: unused-suppression  # migration-lint: ignore-file[dropped-data] -- none is dropped


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        # expect: unused-suppression  # migration-lint: ignore[blocking-index-build] -- the index is elsewhere
        migrations.AddField("tag", "a", models.IntegerField(null=True)),
        # expect: unused-suppression  # migration-lint: ignore[blocking-index-build, dropped-data] -- one of them
        migrations.AddIndex("book", models.Index(fields=["stock"], name="a")),
        migrations.CreateModel("Tome", [("id", models.BigAutoField(primary_key=True))]),
        # expect: unused-suppression  # migration-lint: ignore[blocking-index-build] -- nobody uses a new table yet
        migrations.AddIndex("tome", models.Index(fields=["id"], name="b")),
        migrations.AlterModelOptions(
            "book", {}
        ),  # expect: unused-suppression, unused-suppression  # migration-lint: ignore[dropped-data, DROP_COLUMN, CREATE_INDEX]
    ]
