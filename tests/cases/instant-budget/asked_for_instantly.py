# target: mysql@8.4
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        *(migrations.AddField("book", f"mark_{n}", models.IntegerField(null=True)) for n in range(64)),
        migrations.RunSQL(  # expect: instant-budget
            "ALTER TABLE shop_book ADD COLUMN last int, ALGORITHM=INSTANT",
            migrations.RunSQL.noop,
        ),
    ]
