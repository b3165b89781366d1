from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0003_rename")]
    operations = [
        migrations.AlterField("tag", "data", models.JSONField(null=True)),
    ]
