# target: postgresql@16, sqlite@3.45
from django.db import migrations


class Migration(migrations.Migration):
    """COMMIT as a name, in a string, in a comment; savepoints are inside the transaction."""

    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunSQL("UPDATE shop_book SET title = 'a; COMMIT; b' /* ROLLBACK; */ -- END\n", migrations.RunSQL.noop),
        migrations.RunSQL(
            ["SAVEPOINT a", "UPDATE shop_book SET stock = 1", "ROLLBACK TO SAVEPOINT a", "RELEASE SAVEPOINT a"],
            migrations.RunSQL.noop,
        ),
    ]
