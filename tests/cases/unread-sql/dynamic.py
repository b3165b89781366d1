from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunSQL(  # expect: unread-sql
            "DO $$ BEGIN EXECUTE format('ALTER TABLE %I DROP %I', 'shop_book', 'notes'); END $$", migrations.RunSQL.noop
        ),
        migrations.RunSQL("DO $$ BEGIN ALTER TABLE shop_book ADD x int; END $$", migrations.RunSQL.noop),
    ]
