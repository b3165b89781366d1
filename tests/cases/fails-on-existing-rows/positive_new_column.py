# target: postgresql@16
# target: mariadb@10.11
# target: sqlite@3.45
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]

    operations = [
        migrations.AddField("book", "pages", models.PositiveIntegerField(null=True)),
        migrations.AddField("book", "lines", models.PositiveIntegerField(default=1)),
    ]
