# target: postgresql@16
# target: sqlite@3.45
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.AddConstraint(
            "book", models.UniqueConstraint(fields=["title"], condition=models.Q(stock__gt=0), name="one_in_stock")
        ),
    ]
