from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunSQL("CREATE MATERIALIZED VIEW prices AS SELECT id, price FROM shop_book"),
        migrations.RunSQL("REFRESH MATERIALIZED VIEW prices"),
    ]
