# target: mysql@8.4
# target: mariadb@10.11
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.AddField("book", "a", models.CharField(max_length=10000, null=True)),
        migrations.AlterField("book", "title", models.CharField(max_length=8000)),  # expect: row-too-large
    ]
