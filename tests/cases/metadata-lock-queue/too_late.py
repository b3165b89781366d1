# target: mysql@8.4
# target: mariadb@10.11
from django.db import migrations, models


class Migration(migrations.Migration):  # expect: metadata-lock-queue
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.AddField("book", "a", models.IntegerField(null=True)),
        migrations.RunSQL("SET SESSION lock_wait_timeout = 5", migrations.RunSQL.noop),
    ]
