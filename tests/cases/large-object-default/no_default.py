# target: oracle@19
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.AddField("review", "score", models.IntegerField(null=True)),
        migrations.AddField("review", "more", models.TextField(null=True)),
    ]
