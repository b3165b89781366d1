# target: oracle@19
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.AddField("author", "life", models.TextField(null=True)),
        migrations.AddField("author", "score", models.IntegerField(default=0)),  # expect: large-object-default
    ]
