from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0002_model")]
    operations = [
        migrations.RunSQL("ALTER TABLE legacy DROP COLUMN code"),  # expect: dropped-column-in-use
        migrations.RunSQL("ALTER TABLE legacy DROP COLUMN other"),
        migrations.RunSQL("ALTER TABLE legacy DROP COLUMN name"),
        migrations.RunSQL("ALTER TABLE legacy ADD COLUMN name text"),
    ]
