from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '2s'"),
        migrations.RunSQL("SET SESSION statement_timeout = '5s'"),
    ]
