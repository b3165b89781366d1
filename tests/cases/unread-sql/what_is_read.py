# target: postgresql@16
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunSQL("", migrations.RunSQL.noop),
        migrations.RunSQL(";", migrations.RunSQL.noop),
        migrations.RunSQL("-- nothing", migrations.RunSQL.noop),
        migrations.RunSQL("/* nothing; at all */ ;", migrations.RunSQL.noop),
        migrations.RunSQL("SELECT 1; -- done", migrations.RunSQL.noop),
        migrations.RunSQL("select $x$ it's; fine $x$", migrations.RunSQL.noop),
        migrations.RunSQL("SELECT E'it\\'s'", migrations.RunSQL.noop),
        migrations.RunSQL("COMMENT ON TABLE shop_book IS 'a;b'", migrations.RunSQL.noop),
        migrations.RunSQL("ANALYZE shop_book", migrations.RunSQL.noop),
        migrations.RunSQL("GRANT SELECT ON shop_book TO PUBLIC", migrations.RunSQL.noop),
        migrations.RunSQL("CREATE EXTENSION IF NOT EXISTS pg_trgm", migrations.RunSQL.noop),
    ]
