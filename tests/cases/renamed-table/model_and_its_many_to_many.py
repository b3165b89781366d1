# target: postgresql@16
# target: mariadb@10.11
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RenameModel("Book", "Title"),  # expect: renamed-table, renamed-table, renamed-column
    ]
