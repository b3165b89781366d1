from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0002_make")]
    operations = [
        migrations.AlterField("tag", "used", models.PositiveIntegerField(default=0)),
    ]
