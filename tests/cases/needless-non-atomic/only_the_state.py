# target: postgresql@16
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.AlterField("book", "title", models.CharField(max_length=100, help_text="x")),
    ]
