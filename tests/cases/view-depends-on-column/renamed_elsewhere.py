# target: mariadb@10.11
# target: mysql@8.4
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]

    operations = [
        migrations.RunSQL("CREATE VIEW v AS SELECT id, title FROM shop_book", "DROP VIEW v"),
        migrations.RenameField("book", "title", "name"),  # expect: view-depends-on-column
    ]
