from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]

    operations = [
        migrations.AlterField("book", "notes", models.CharField(max_length=100)),  # expect: silent-truncation
    ]
