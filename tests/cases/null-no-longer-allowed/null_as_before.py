# target: postgresql@16
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.AlterField("book", "published", models.DateField(null=True, db_index=True)),
        migrations.AlterField("book", "stock", models.IntegerField(default=1)),
    ]
