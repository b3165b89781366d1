from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunSQL("DROP TRIGGER IF EXISTS nothing ON shop_book"),
        migrations.RunSQL("ALTER TABLE shop_book DISABLE TRIGGER USER"),  # expect: blocking-trigger-change
        migrations.RunSQL("CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$"),
    ]
