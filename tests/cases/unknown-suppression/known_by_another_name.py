from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        # migration-lint: ignore[CREATE_INDEX] -- another linter's code
        migrations.AddIndex("book", models.Index(fields=["stock"], name="a")),
        migrations.AddField(
            "book", "b", models.IntegerField(null=True)
        ),  # migration-lint: ignore[RUNPYTHON_MODEL_VARIABLE_NAME]
        migrations.AddField("book", "c", models.IntegerField(null=True)),  # migration-lint:ignore[ dropped-data,state-drift ]
        migrations.AddField("book", "d", models.IntegerField(null=True)),  # migration-lint: ignore[naming-pattern] -- opt-in
        migrations.AddField("book", "e", models.IntegerField(null=True)),  # migration-lint: ignore -- which one?
    ]
