from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = []
    operations = [
        migrations.CreateModel(
            "User",
            [("id", models.BigAutoField(primary_key=True)), ("name", models.CharField(max_length=9, unique=True))],
        ),
    ]
