# target: oracle@19
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.CreateModel("Sale", [("id", models.BigAutoField(primary_key=True)), ("notes", models.TextField())]),
        migrations.AddField("sale", "score", models.IntegerField(default=0)),
    ]
