# target: sqlite@3.45
# target: mysql@8.4
# target: mariadb@10.11
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.AddIndex("book", models.Index(fields=["stock"], name="i")),
    ]
