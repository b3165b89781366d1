from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0002_made")]
    operations = [
        migrations.RunSQL("REFRESH MATERIALIZED VIEW CONCURRENTLY prices"),
        migrations.RunSQL("REFRESH MATERIALIZED VIEW prices"),  # expect: blocking-maintenance
    ]
