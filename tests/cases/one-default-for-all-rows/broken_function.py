from django.db import migrations, models


def broken():
    raise ValueError


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]

    operations = [
        migrations.AddField("book", "size", models.IntegerField(default=broken)),
    ]
