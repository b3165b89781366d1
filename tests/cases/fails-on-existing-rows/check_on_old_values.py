# target: postgresql@16
# target: mariadb@10.11
# target: sqlite@3.45
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]

    operations = [
        migrations.AddConstraint(  # expect: fails-on-existing-rows
            "book", models.CheckConstraint(condition=models.Q(stock__gte=0), name="some")
        ),
    ]
