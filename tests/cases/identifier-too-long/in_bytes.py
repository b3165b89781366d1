# target: postgresql@16
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunSQL("CREATE TABLE " + "ä" * 32 + " (id int)", migrations.RunSQL.noop),  # expect: identifier-too-long
    ]
