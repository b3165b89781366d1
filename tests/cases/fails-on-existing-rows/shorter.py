# target: postgresql@16
# target: mariadb@10.11
# target: oracle@19
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]

    operations = [
        migrations.AlterField("book", "title", models.CharField(max_length=50)),  # expect: fails-on-existing-rows
    ]
