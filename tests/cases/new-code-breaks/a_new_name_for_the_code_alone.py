# deploy: code-first
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RenameField("book", "title", "name"),
        migrations.AlterField("book", "name", models.CharField(max_length=100, db_column="title")),
    ]
