from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.AddField("tag", "size", models.PositiveIntegerField(null=True)),
    ]
