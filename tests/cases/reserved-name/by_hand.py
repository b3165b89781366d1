# target: postgresql@16
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunSQL(  # expect: reserved-name
            'ALTER TABLE shop_book ADD COLUMN "order" integer',
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(  # expect: reserved-name
            'ALTER TABLE shop_tag ADD COLUMN "user" integer',
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            "ALTER TABLE shop_book ADD COLUMN orders integer",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            "ALTER TABLE shop_author ADD COLUMN name_of_order integer",
            migrations.RunSQL.noop,
        ),
    ]
