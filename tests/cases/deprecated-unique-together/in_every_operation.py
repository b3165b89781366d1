# target: postgresql@16
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.AlterUniqueTogether("book", {("title", "sku")}),  # expect: deprecated-unique-together
        migrations.CreateModel(  # expect: deprecated-unique-together
            "Sale",
            [("id", models.BigAutoField(primary_key=True)), ("a", models.IntegerField()), ("b", models.IntegerField())],
            options={"unique_together": {("a", "b")}},
        ),
    ]
