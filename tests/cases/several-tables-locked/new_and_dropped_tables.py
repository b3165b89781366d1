from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.AddField("book", "blurb", models.TextField(null=True)),
        migrations.CreateModel("Shelf", [("id", models.BigAutoField(primary_key=True))]),
        migrations.AddField("shelf", "name", models.TextField(null=True)),
        migrations.DeleteModel("Review"),
    ]
