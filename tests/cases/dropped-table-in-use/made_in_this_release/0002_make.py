# release: together
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.CreateModel("Draft", [("id", models.BigAutoField(primary_key=True))]),
    ]
