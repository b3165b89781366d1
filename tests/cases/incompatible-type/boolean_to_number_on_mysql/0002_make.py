# target: mysql@8.4
# target: mariadb@10.11
# target: oracle@19
# target: sqlite@3.45
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.AddField("tag", "used", models.BooleanField(default=False)),
    ]
