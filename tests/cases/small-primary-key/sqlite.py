# target: sqlite@3.45
# target: oracle@19
from django.db import migrations, models


class Migration(migrations.Migration):
    operations = [
        migrations.CreateModel("Shelf", [("id", models.AutoField(primary_key=True))]),
    ]
