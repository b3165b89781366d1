# target: mysql@8.4
# target: mariadb@10.11
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunSQL(  # expect: server-refuses
            "ALTER TABLE shop_book MODIFY author_id int NOT NULL",
            migrations.RunSQL.noop,
        ),
    ]
