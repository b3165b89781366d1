# target: postgresql@16
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunSQL(
            "ALTER TABLE shop_book ADD COLUMN a int",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(  # expect: work-under-exclusive-lock
            "UPDATE shop_book SET a = 1",
            migrations.RunSQL.noop,
        ),
    ]
