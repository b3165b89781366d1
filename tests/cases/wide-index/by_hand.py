# target: postgresql@16
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunSQL(  # expect: wide-index
            "CREATE INDEX i ON shop_book (title, sku, isbn, price, stock, published)",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            "CREATE INDEX j ON shop_book (title, sku)",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            "CREATE INDEX k ON shop_book (title) INCLUDE (sku, isbn, price, stock, published)",
            migrations.RunSQL.noop,
        ),
    ]
