# target: mariadb@10.11
# target: mysql@8.4
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]

    operations = [
        migrations.RunSQL("SET sql_mode = 'NO_ENGINE_SUBSTITUTION'", ""),
        migrations.AlterField("book", "title", models.CharField(max_length=50)),  # expect: silent-truncation
    ]
