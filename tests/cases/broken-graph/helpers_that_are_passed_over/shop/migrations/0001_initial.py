from django.db import migrations, models

from shop.migrations._helpers import EMPTY
from shop.migrations.more import ALSO

assert ALSO == EMPTY


class Migration(migrations.Migration):
    dependencies = []
    operations = [
        migrations.CreateModel(
            "Book", [("id", models.BigAutoField(primary_key=True)), ("title", models.CharField(max_length=9))]
        ),
        migrations.RunSQL(EMPTY, EMPTY),
    ]
