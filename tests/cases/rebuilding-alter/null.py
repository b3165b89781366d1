# target: mariadb@10.11
# target: mysql@8.4
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.AlterField("book", "stock", models.IntegerField(null=True)),  # expect: rebuilding-alter
        migrations.AddField("book", "pages", models.IntegerField(null=True)),
    ]
