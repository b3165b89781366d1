# applied: shop.0001_initial, shop.0002_a, elsewhere.0001_initial
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [("shop", "0001_initial"), ("shop", "0002_a")]
    dependencies = []
    operations = [
        migrations.CreateModel(
            "Book", [("id", models.BigAutoField(primary_key=True)), ("title", models.CharField(max_length=9))]
        ),
        migrations.AddField("book", "a", models.IntegerField(null=True)),
    ]
