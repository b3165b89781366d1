from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.AlterField("book", "title", models.TextField()),
        migrations.AlterField("book", "stock", models.DecimalField(max_digits=12, decimal_places=2)),
    ]
