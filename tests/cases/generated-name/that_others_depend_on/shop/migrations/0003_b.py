from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0002_auto_20250107_1200")]
    operations = [
        migrations.AddField("book", "b", models.IntegerField(null=True)),
    ]
