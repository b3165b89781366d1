from django.db import migrations, models


class Migration(migrations.Migration):  # expect: deleted-migration
    dependencies = [("shop", "0003_c")]
    operations = [
        migrations.AddField("book", "b", models.IntegerField(null=True)),
    ]
