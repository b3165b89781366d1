# target: sqlite@3.45
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.AddField("book", "pages", models.IntegerField(null=True)),
        migrations.CreateModel("Shelf", [("id", models.BigAutoField(primary_key=True))]),
        migrations.AlterField("book", "title", models.CharField(max_length=120)),  # expect: database-wide-write-lock
    ]
