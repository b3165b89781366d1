from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0003_auto_20250108_0930")]
    operations = [
        migrations.AddField("book", "c", models.IntegerField(null=True)),
    ]
