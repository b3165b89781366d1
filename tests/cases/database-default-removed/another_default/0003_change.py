from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0002_add")]
    operations = [
        migrations.AlterField("tag", "kind", models.IntegerField(db_default=2)),
    ]
