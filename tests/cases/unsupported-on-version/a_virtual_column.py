# target: postgresql@16
# target: postgresql@17
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.AddField(  # expect: unsupported-on-version
            "book",
            "n",
            models.GeneratedField(expression=models.F("stock") + 1, output_field=models.IntegerField(), db_persist=False),
        ),
    ]
