# target: mysql@8.4
# target: mariadb@10.11
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunSQL(  # expect: rebuilding-alter
            "ALTER TABLE shop_book MODIFY published date NOT NULL, ALGORITHM=INPLACE",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(  # expect: rebuilding-alter
            "ALTER TABLE shop_review ENGINE=InnoDB",
            migrations.RunSQL.noop,
        ),
    ]
