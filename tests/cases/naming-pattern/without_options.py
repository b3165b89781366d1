from django.db import migrations, models


class Migration(migrations.Migration):
    operations = [
        migrations.AddIndex("book", models.Index(fields=["title"], name="ByTitle")),
        migrations.RunSQL('CREATE TABLE "Some Table" ("Some Column" integer)', migrations.RunSQL.noop),
    ]
