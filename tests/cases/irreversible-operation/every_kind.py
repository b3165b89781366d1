from django.db import migrations


def forwards(apps, schema_editor):
    print(apps)


class Once(migrations.RunSQL):
    reversible = False

    def __init__(self):
        super().__init__("SELECT 1", "")


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunPython(forwards),  # expect: irreversible-operation
        migrations.RunPython(forwards, None),  # expect: irreversible-operation
        migrations.RunSQL("SELECT 1"),  # expect: irreversible-operation
        migrations.RunSQL("SELECT 1", state_operations=[]),  # expect: irreversible-operation
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL("SELECT 1", "SELECT 2"),
                migrations.RunSQL("SELECT 1"),  # expect: irreversible-operation
            ],
        ),
        Once(),  # expect: irreversible-operation
    ]
