from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_initial")]
    operations = [  # expect: edited-migration
        migrations.AddField("book", "a", models.IntegerField(null=True)),
        migrations.AddField("book", "b", models.IntegerField(null=True)),
    ]
