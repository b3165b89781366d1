# target: oracle@19
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunSQL(  # expect: large-object-default
            "ALTER TABLE shop_review ADD (score NUMBER(11) DEFAULT 0 NOT NULL)",
            migrations.RunSQL.noop,
        ),
    ]
