# target: mariadb@10.11
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.AddConstraint("book", models.UniqueConstraint(fields=["sku", "stock"], name="u")),
        migrations.RunSQL("ALTER TABLE shop_book DROP COLUMN sku", migrations.RunSQL.noop),  # expect: server-refuses
    ]
