# target: postgresql@16
# target: sqlite@3.45
from django.db import migrations, models


class Migration(migrations.Migration):  # expect: needless-non-atomic
    atomic = False
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.AddField("book", "a", models.IntegerField(null=True)),
    ]
