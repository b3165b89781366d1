# target: mysql@8.4
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.AddField("book", "url", models.CharField(max_length=768, null=True)),
        migrations.AddIndex("book", models.Index(fields=["url"], name="fits")),
        migrations.AddField("book", "link", models.CharField(max_length=769, null=True)),
        migrations.AddIndex("book", models.Index(fields=["link"], name="does_not")),  # expect: index-key-too-long
    ]
