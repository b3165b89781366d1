# target: mysql@8.4
# target: mariadb@10.11
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.AddField("book", "data", models.JSONField(null=True, db_index=True)),  # expect: nothing-emitted
    ]
