from django.db import migrations

SQL = "SELECT 1"


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_initial")]
    operations = [
        migrations.RunSQL(SQL, ""),
    ]
