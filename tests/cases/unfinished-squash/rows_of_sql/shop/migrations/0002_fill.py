from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_initial")]
    operations = [
        migrations.RunSQL("INSERT INTO shop_book (title) VALUES ('x')", migrations.RunSQL.noop),
    ]
