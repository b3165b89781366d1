# target: postgresql@16
from django.db import migrations


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunSQL("CREATE TYPE mood AS ENUM ('ok')", migrations.RunSQL.noop),
        migrations.RunSQL("ALTER TYPE mood ADD VALUE 'sad'", migrations.RunSQL.noop),
    ]
