from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = []
    operations = [
        migrations.CreateModel(  # expect: undeclared-swappable-dependency
            "Book",
            [
                ("id", models.BigAutoField(primary_key=True)),
                ("item", models.ForeignKey(settings.SHOP_ITEM_MODEL, models.CASCADE)),
            ],
        ),
    ]
