# deploy: code-first
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.AddIndex("book", models.Index(fields=["title"], name="i")),
        migrations.AlterModelOptions("book", {"ordering": ["title"]}),
    ]
