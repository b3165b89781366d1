# target: postgresql@18
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunSQL(
            "ALTER TABLE shop_book ADD CONSTRAINT n NOT NULL published NOT VALID",
            migrations.RunSQL.noop,
        ),
    ]
