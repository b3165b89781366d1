from django.db import migrations, models


class Migration(migrations.Migration):  # expect: conflicting-leaves
    dependencies = []
    operations = [
        migrations.CreateModel("Tome", [("id", models.BigAutoField(primary_key=True))]),
    ]
