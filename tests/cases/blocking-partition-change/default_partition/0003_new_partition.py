from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0002_made")]
    operations = [
        migrations.RunSQL(  # expect: blocking-partition-change
            "CREATE TABLE sale_2026 PARTITION OF sale FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')"
        ),
    ]
