# target: mysql@8.4
# target: mariadb@10.11
from django.db import migrations, models


class Migration(migrations.Migration):  # expect: half-applied-on-failure
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.AlterField("book", "author", models.ForeignKey("shop.Author", models.CASCADE, null=True)),
    ]
