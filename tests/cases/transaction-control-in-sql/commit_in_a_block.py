from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunSQL("DO $$ BEGIN COMMIT; END $$", migrations.RunSQL.noop),  # expect: transaction-control-in-sql
    ]
