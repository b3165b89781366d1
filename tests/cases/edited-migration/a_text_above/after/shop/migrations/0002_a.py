from django.db import migrations

SQL = "SELECT 2"


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_initial")]
    operations = [  # expect: edited-migration
        migrations.RunSQL(SQL, ""),
    ]
