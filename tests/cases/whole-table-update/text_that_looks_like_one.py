# target: postgresql@16
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunSQL(
            "SELECT 'UPDATE shop_book SET stock = 1'",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            "CREATE FUNCTION f() RETURNS void LANGUAGE sql AS $$ UPDATE shop_book SET stock = 1 $$",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            "UPDATE shop_book SET stock = 1 FROM shop_author a WHERE a.id = author_id AND a.code = 'x'",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            "DELETE FROM shop_review USING shop_book b WHERE b.id = book_id AND b.stock = 0",
            migrations.RunSQL.noop,
        ),
    ]
