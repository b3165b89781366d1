from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.CreateModel("Shelf", [("id", models.BigAutoField(primary_key=True))]),
        migrations.RunSQL(
            "CREATE TRIGGER t BEFORE UPDATE ON shop_shelf FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()"
        ),
    ]
