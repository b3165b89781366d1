from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_initial")]
    operations = [
        migrations.RunSQL(
            ["UPDATE shop_book SET title = 'x'", ("DELETE FROM shop_book WHERE title = %s", ["y"])], migrations.RunSQL.noop
        ),
    ]
