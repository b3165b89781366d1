# target: postgresql@16
# target: mysql@8.4
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.AlterField("book", "author", models.ForeignKey("shop.Author", models.PROTECT)),
    ]
