# target: postgresql@16
# target: mariadb@10.11
# target: sqlite@3.45
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]

    operations = [
        migrations.RunSQL("UPDATE shop_review SET rating = 0 WHERE rating IS NULL", ""),
        migrations.AlterField("review", "rating", models.IntegerField()),
    ]
