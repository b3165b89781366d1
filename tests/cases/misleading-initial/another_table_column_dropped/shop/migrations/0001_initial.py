from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = []
    operations = [
        migrations.CreateModel("Tome", [("id", models.BigAutoField(primary_key=True)), ("x", models.IntegerField(null=True))]),
    ]
