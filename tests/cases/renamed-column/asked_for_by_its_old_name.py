# target: postgresql@16
# target: mysql@8.4
# target: sqlite@3.45
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RenameField("book", "title", "name"),  # expect: renamed-column
        migrations.RenameField("review", "book", "tome"),  # expect: renamed-column
    ]
