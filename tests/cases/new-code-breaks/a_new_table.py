# deploy: code-first
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.CreateModel("Sale", [("id", models.BigAutoField(primary_key=True))]),  # expect: new-code-breaks
    ]
