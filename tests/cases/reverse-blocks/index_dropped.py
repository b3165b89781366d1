from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]

    operations = [
        migrations.AlterField("book", "sku", models.CharField(max_length=50)),  # expect: reverse-blocks
    ]
