from django.db import migrations


def forwards(apps, schema_editor):
    print(apps)


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunPython(forwards, reverse_code=forwards),
        migrations.RunSQL("SELECT 1", reverse_sql=[]),
        migrations.RunSQL(["SELECT 1"], ["SELECT 2"]),
        migrations.SeparateDatabaseAndState(
            state_operations=[migrations.RunSQL("SELECT 1")],
        ),
        migrations.RemoveField("book", "stock"),
    ]
