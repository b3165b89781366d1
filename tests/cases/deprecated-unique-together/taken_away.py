# target: postgresql@16
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.AlterUniqueTogether("book", set()),
        migrations.AddConstraint("book", models.UniqueConstraint(fields=["title", "sku"], name="u")),
    ]
