from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunSQL("CREATE TABLE sale (day date) PARTITION BY RANGE (day); CREATE TABLE rest PARTITION OF sale DEFAULT"),
    ]
