# target: postgresql@16
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunSQL("SELECT count(*) FROM shop_book", migrations.RunSQL.noop),
        migrations.AddField("book", "blurb", models.TextField(null=True)),
    ]
