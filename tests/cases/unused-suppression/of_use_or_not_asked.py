# rules: blocking-index-build, copying-alter
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        # migration-lint: ignore[blocking-index-build] -- small
        migrations.AddIndex("book", models.Index(fields=["stock"], name="a")),
        migrations.AddIndex("book", models.Index(fields=["isbn"], name="b")),  # migration-lint: ignore[CREATE_INDEX] -- small
        # migration-lint: ignore[dropped-data] -- this rule does not run here
        migrations.AddField("book", "a", models.IntegerField(null=True)),
        # migration-lint: ignore[copying-alter] -- this one is about MySQL
        migrations.AddField("book", "b", models.IntegerField(null=True)),
        migrations.AddField(
            "book", "c", models.IntegerField(null=True)
        ),  # migration-lint: ignore[NOT_NULL] -- a rule of several
        migrations.AddField("book", "d", models.IntegerField(null=True)),  # migration-lint: ignore[nonsense]
        migrations.AddField(
            "book", "e", models.IntegerField(null=True)
        ),  # migration-lint: ignore[RUNPYTHON_MODEL_VARIABLE_NAME]
    ]
