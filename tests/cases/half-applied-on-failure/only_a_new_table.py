# target: mysql@8.4
# target: mariadb@10.11
# target: oracle@19
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.CreateModel(
            "Sale", [("id", models.BigAutoField(primary_key=True)), ("book", models.CharField(max_length=9))]
        ),
        migrations.AddIndex("sale", models.Index(fields=["book"], name="i")),
    ]
