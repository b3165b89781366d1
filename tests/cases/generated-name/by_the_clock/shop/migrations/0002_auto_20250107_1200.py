from django.db import migrations, models


class Migration(migrations.Migration):  # expect: generated-name
    dependencies = [("shop", "0001_initial")]
    operations = [
        migrations.AddField("book", "a", models.IntegerField(null=True)),
    ]
