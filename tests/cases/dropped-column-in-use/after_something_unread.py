from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunSQL("DO $$ BEGIN EXECUTE 'ALTER TABLE shop_book ADD x int'; END $$"),
        migrations.RemoveField("book", "notes"),  # expect: dropped-column-in-use
        migrations.RunSQL("DO $$ BEGIN EXECUTE 'ALTER TABLE shop_book ADD y int'; END $$"),
    ]
