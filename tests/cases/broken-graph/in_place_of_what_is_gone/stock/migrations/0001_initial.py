from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_initial"), ("shop", "__latest__"), ("plain", "__first__")]
    operations = [
        migrations.CreateModel("Shelf", [("id", models.BigAutoField(primary_key=True))]),
    ]
