# deploy: code-first
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.AlterField("book", "stock", models.IntegerField(null=True)),  # expect: new-code-breaks
    ]
