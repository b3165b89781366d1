# target: mariadb@10.11
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunSQL(  # expect: copying-alter
            "SET STATEMENT max_statement_time = 60 FOR ALTER TABLE shop_book MODIFY stock bigint NOT NULL, ALGORITHM=COPY",
            migrations.RunSQL.noop,
        ),
    ]
