from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]

    operations = [
        migrations.RunSQL("INSERT INTO shop_tag (name) VALUES ('new')", "DELETE FROM shop_tag"),  # expect: reverse-loses-data
        migrations.RunSQL("INSERT INTO shop_tag (name) VALUES ('old')", "DELETE FROM shop_tag WHERE name = 'old'"),
    ]
