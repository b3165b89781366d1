# target: mysql@8.4
# target: oracle@19
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunSQL(
            "UPDATE shop_book SET stock = 0 WHERE stock < 0",
            migrations.RunSQL.noop,
        ),
        migrations.AddField("book", "blurb", models.TextField(null=True)),
    ]
