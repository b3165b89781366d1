# target: postgresql@16
# target: sqlite@3.45
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.CreateModel("Sale", [("id", models.BigAutoField(primary_key=True)), ("n", models.IntegerField())]),
        migrations.RunSQL(
            "INSERT INTO shop_sale (n) SELECT stock FROM shop_book",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL("UPDATE shop_sale SET n = 0 WHERE n < 0", migrations.RunSQL.noop),
    ]
