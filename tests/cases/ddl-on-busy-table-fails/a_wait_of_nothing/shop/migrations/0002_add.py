from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_initial")]
    operations = [
        migrations.RunSQL("ALTER SESSION SET DDL_LOCK_TIMEOUT = 0", migrations.RunSQL.noop),
        migrations.RemoveField("book", "title"),
    ]
