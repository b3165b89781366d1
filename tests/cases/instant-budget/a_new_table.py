# target: mysql@8.4
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.CreateModel("Sale", [("id", models.BigAutoField(primary_key=True))]),
        *(migrations.AddField("sale", f"mark_{n}", models.IntegerField(null=True)) for n in range(70)),
    ]
