# target: mysql@9.1
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        *(migrations.AddField("book", f"mark_{n}", models.IntegerField(null=True)) for n in range(65)),
    ]
