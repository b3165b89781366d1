from django.db import migrations, models

"""Nothing here is hidden by a # migration-lint: ignore"""


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        # migration-lint: ignore [blocking-index-build] -- small
        migrations.AddIndex("book", models.Index(fields=["stock"], name="a")),
        migrations.AddField("book", "b", models.IntegerField(null=True)),  # migration-lint: ignore[no-such-rule]
        migrations.AddField("book", "c", models.IntegerField(null=True)),  # migration-lint: ingore[state-drift]
        migrations.RunSQL("SELECT '# migration-lint: ignore'", migrations.RunSQL.noop),
        migrations.RunSQL("SELECT 1 -- migration-lint: ignore", migrations.RunSQL.noop),
    ]
