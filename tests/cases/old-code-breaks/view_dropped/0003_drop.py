from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0002_view")]
    operations = [
        migrations.RunSQL("DROP VIEW best"),  # expect: old-code-breaks
    ]
