from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_initial")]
    operations = [
        migrations.RunSQL("ALTER SESSION SET NLS_DATE_FORMAT = 'YYYY' DDL_LOCK_TIMEOUT = 10", migrations.RunSQL.noop),
        migrations.RemoveField("book", "title"),
    ]
