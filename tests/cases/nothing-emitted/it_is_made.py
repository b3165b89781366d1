# target: postgresql@16
# target: sqlite@3.45
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.AddConstraint("book", models.UniqueConstraint(fields=["title"], condition=models.Q(stock__gt=0), name="u")),
        migrations.AddIndex("book", models.Index(fields=["sku"], condition=models.Q(stock__gt=0), name="i")),
    ]
