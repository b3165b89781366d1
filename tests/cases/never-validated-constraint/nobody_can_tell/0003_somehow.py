from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0002_added")]
    operations = [
        migrations.RunSQL("DO $$ BEGIN EXECUTE 'ALTER TABLE shop_book VALIDATE CONSTRAINT ' || 'c'; END $$"),
        migrations.DeleteModel("Review"),
    ]
