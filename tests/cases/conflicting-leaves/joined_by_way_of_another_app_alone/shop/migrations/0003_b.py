from django.db import migrations, models


class Migration(migrations.Migration):  # expect: conflicting-leaves
    dependencies = [("shop", "0001_initial"), ("stock", "0002_x")]
    operations = [
        migrations.AddField("book", "b", models.IntegerField(null=True)),
    ]
