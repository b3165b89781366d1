from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0002_made")]
    atomic = False
    operations = [
        migrations.RunSQL("ALTER TABLE sale DETACH PARTITION sale_2024"),  # expect: blocking-partition-change
        migrations.RunSQL("ALTER TABLE sale DETACH PARTITION sale_2025 CONCURRENTLY"),
    ]
