from django.db import migrations, models


class Migration(migrations.Migration):
    run_before = [("shop", "0001_initial")]
    dependencies = []
    operations = [
        migrations.CreateModel("Shelf", [("id", models.BigAutoField(primary_key=True))]),
    ]
