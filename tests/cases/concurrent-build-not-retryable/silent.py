from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

BY_HAND = """
    DO $$ BEGIN
        IF EXISTS (SELECT FROM pg_index WHERE indexrelid = to_regclass('c') AND NOT indisvalid) THEN EXECUTE 'DROP INDEX c'; END IF;
    END $$
"""


class Migration(migrations.Migration):
    """Django's own operation, an index that is dropped first, and one on a new table."""

    atomic = False
    dependencies = [("shop", "0001_x")]
    operations = [
        AddIndexConcurrently("book", models.Index(fields=["title"], name="a")),
        migrations.RunSQL("DROP INDEX CONCURRENTLY IF EXISTS b", migrations.RunSQL.noop),
        migrations.RunSQL("CREATE INDEX CONCURRENTLY b ON shop_book (title)", migrations.RunSQL.noop),
        migrations.RunSQL(BY_HAND, migrations.RunSQL.noop),
        migrations.RunSQL("CREATE INDEX CONCURRENTLY IF NOT EXISTS c ON shop_book (stock)", migrations.RunSQL.noop),
        migrations.RunSQL("CREATE TABLE t (id int)", "DROP TABLE t"),
        migrations.RunSQL("CREATE INDEX CONCURRENTLY d ON t (id)", migrations.RunSQL.noop),
    ]
