from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    atomic = False
    operations = [
        migrations.AddField("book", "blurb", models.TextField(null=True)),
        migrations.AddField("author", "born", models.DateField(null=True)),
    ]
