# target: mysql@8.4
# target: mariadb@10.11
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunSQL(  # expect: foreign-key-type-mismatch
            "ALTER TABLE shop_review ADD CONSTRAINT f FOREIGN KEY (rating) REFERENCES shop_author (id)",
            migrations.RunSQL.noop,
        ),
    ]
