from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_initial")]
    operations = [
        migrations.RunSQL("alter session set ddl_lock_timeout = 10", migrations.RunSQL.noop),
        migrations.RemoveField("book", "title"),
    ]
