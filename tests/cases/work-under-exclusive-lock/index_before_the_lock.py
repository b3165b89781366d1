from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.AddIndex("review", models.Index(fields=["rating"], name="rating")),
        migrations.AddField("book", "pages", models.IntegerField(null=True)),
        migrations.AddIndex("review", models.Index(fields=["body"], name="body")),  # expect: work-under-exclusive-lock
    ]
