from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunSQL("CREATE SCHEMA archive"),
        migrations.RunSQL("ALTER TABLE shop_review SET SCHEMA archive"),  # expect: old-code-breaks
    ]
