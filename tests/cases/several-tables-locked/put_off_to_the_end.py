from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.AddField("book", "blurb", models.TextField(null=True)),
        migrations.AddIndex("author", models.Index(fields=["name"], name="by_name")),
        migrations.RunSQL("SELECT 1"),
        migrations.AddField("review", "title", models.TextField(null=True)),  # expect: several-tables-locked
        migrations.AddField("author", "born", models.DateField(null=True)),
    ]
