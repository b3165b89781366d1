# target: postgresql@16
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.AddField("book", "blurb", models.TextField(null=True)),
        migrations.RunSQL(  # expect: schema-and-data-together
            "DELETE FROM shop_review WHERE rating IS NULL",
            migrations.RunSQL.noop,
        ),
    ]
