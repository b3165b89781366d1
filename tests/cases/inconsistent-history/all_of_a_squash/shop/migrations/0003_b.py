from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_squashed")]
    operations = [
        migrations.AddField("book", "b", models.IntegerField(null=True)),
    ]
