from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.CreateModel("Shelf", [("id", models.BigAutoField(primary_key=True)), ("size", models.IntegerField())]),
        migrations.RunSQL("ALTER TABLE shop_shelf ADD CONSTRAINT c CHECK (size > 0) NOT VALID"),
    ]
