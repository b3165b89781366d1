# target: mysql@8.4
# target: mariadb@10.11
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunSQL("SET lock_wait_timeout = 5", migrations.RunSQL.noop),
        migrations.AddField("book", "a", models.IntegerField(null=True)),
    ]
