# deploy: code-first
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.AlterField("author", "code", models.CharField(max_length=20)),  # expect: new-code-breaks
    ]
