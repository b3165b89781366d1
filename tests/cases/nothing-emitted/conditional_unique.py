# target: mariadb@10.11
# target: mysql@8.4
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.AddConstraint(  # expect: nothing-emitted
            "book", models.UniqueConstraint(fields=["title"], condition=models.Q(stock__gt=0), name="one_in_stock")
        ),
    ]
