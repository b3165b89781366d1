# target: postgresql@16
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.AlterField("tag", "name", models.CharField(max_length=50, db_index=True)),  # expect: blocking-index-build
    ]
