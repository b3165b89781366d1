# target: postgresql@16
# target: mysql@8.4
# target: sqlite@3.45
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.AddField("review", "score", models.IntegerField(default=0)),
    ]
