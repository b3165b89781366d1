from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '2s'"),
        migrations.RunSQL("ALTER TABLE shop_review ADD COLUMN extra integer"),
        migrations.RunSQL(  # expect: blocking-trigger-change
            "CREATE TRIGGER t BEFORE UPDATE ON shop_book FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()"
        ),
    ]
