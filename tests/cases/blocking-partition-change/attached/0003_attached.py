from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0002_made")]
    operations = [
        migrations.RunSQL(  # expect: blocking-partition-change
            "ALTER TABLE sale ATTACH PARTITION sale_2024 FOR VALUES FROM ('2024-01-01') TO ('2025-01-01')"
        ),
        migrations.RunSQL("ALTER TABLE sale ATTACH PARTITION sale_2025 FOR VALUES FROM ('2025-01-01') TO ('2026-01-01')"),
        migrations.RunSQL("CREATE TABLE sale_2026 PARTITION OF sale FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')"),
    ]
