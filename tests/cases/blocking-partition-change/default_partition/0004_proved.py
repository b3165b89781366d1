from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0003_new_partition")]
    operations = [
        migrations.RunSQL("ALTER TABLE rest ADD CONSTRAINT c CHECK (day IS NOT NULL AND day < '2027-01-01')"),
        migrations.RunSQL("CREATE TABLE sale_2027 PARTITION OF sale FOR VALUES FROM ('2027-01-01') TO ('2028-01-01')"),
    ]
