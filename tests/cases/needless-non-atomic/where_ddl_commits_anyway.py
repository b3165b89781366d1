# target: mysql@8.4
# target: oracle@19
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.AddField("book", "a", models.IntegerField(null=True)),
    ]
