# target: postgresql@16
# target: sqlite@3.45
from django.db import migrations, models


class Migration(migrations.Migration):
    operations = [
        migrations.RenameField("book", "stock", "order"),  # expect: reserved-name
        migrations.AddField("book", "limit", models.IntegerField(null=True, db_column="most")),
        migrations.AlterField("book", "price", models.DecimalField(max_digits=12, decimal_places=2)),
    ]
