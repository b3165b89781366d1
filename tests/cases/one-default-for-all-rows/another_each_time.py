# target: postgresql@16
# target: mariadb@10.11
# target: sqlite@3.45
import datetime
import uuid

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]

    operations = [
        migrations.AddField("book", "token", models.UUIDField(default=uuid.uuid4)),  # expect: one-default-for-all-rows
        migrations.AddField("book", "seen", models.DateField(default=datetime.date.today)),  # expect: one-default-for-all-rows
    ]
