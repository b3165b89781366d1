from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunSQL(
            "CREATE TABLE sale (day date) PARTITION BY RANGE (day); CREATE TABLE sale_2024 (day date); "
            "CREATE TABLE sale_2025 (day date NOT NULL CHECK (day >= '2025-01-01' AND day < '2026-01-01'))"
        ),
    ]
