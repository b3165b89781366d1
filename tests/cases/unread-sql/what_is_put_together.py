# target: postgresql@16
from django.db import migrations


def drop_all(apps, schema_editor):
    for table in schema_editor.connection.introspection.table_names():
        schema_editor.execute("DROP TABLE " + table)


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunSQL("CALL tidy()", migrations.RunSQL.noop),  # expect: unread-sql
        migrations.RunSQL("ALTER TABLE shop_book FROBNICATE", migrations.RunSQL.noop),  # expect: unread-sql
        migrations.RunSQL("SELECT 'not ended", migrations.RunSQL.noop),  # expect: unread-sql
        migrations.RunPython(drop_all, migrations.RunPython.noop),  # expect: unread-sql
    ]
