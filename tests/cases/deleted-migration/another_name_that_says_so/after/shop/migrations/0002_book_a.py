from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [("shop", "0002_a")]
    dependencies = [("shop", "0001_initial")]
    operations = [
        migrations.AddField("book", "a", models.IntegerField(null=True)),
    ]
