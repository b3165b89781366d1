from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]

    operations = [
        migrations.AlterField("book", "stock", models.CharField(max_length=5)),  # expect: silent-truncation
        migrations.AlterField("review", "rating", models.CharField(max_length=11)),
    ]
