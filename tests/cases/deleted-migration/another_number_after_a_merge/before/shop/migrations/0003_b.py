from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0002_a")]
    operations = [
        migrations.AddField("book", "b", models.IntegerField(null=True)),
    ]
