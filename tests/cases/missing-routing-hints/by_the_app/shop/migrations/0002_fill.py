from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_initial")]
    operations = [
        migrations.RunSQL("DELETE FROM shop_book WHERE title = ''", migrations.RunSQL.noop),
    ]
