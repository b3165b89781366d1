from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0002_model")]
    operations = [
        migrations.RunSQL("ALTER TABLE legacy RENAME TO older"),  # expect: renamed-table
    ]
