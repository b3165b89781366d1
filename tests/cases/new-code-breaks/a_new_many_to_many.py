# deploy: code-first
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.AddField("author", "tags", models.ManyToManyField("shop.Tag")),  # expect: new-code-breaks
    ]
