# target: postgresql@16
# target: mysql@8.4
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.AddField(
            "book",
            "n",
            models.GeneratedField(expression=models.F("stock") + 1, output_field=models.IntegerField(), db_persist=True),
        ),
        migrations.RunSQL("ALTER TABLE shop_book DROP COLUMN stock", migrations.RunSQL.noop),  # expect: server-refuses
    ]
