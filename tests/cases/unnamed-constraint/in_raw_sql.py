# target: postgresql@16
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunSQL(  # expect: unnamed-constraint
            "ALTER TABLE shop_book ADD UNIQUE (title)",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(  # expect: unnamed-constraint
            "ALTER TABLE shop_book ADD CHECK (stock > 0)",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            "ALTER TABLE shop_book ADD CONSTRAINT c CHECK (stock > -1)",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            "ALTER TABLE shop_book ADD CONSTRAINT u UNIQUE (title, sku)",
            migrations.RunSQL.noop,
        ),
    ]
