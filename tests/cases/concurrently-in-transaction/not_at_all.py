# target: postgresql@16
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunSQL("SELECT 'CREATE INDEX CONCURRENTLY'", migrations.RunSQL.noop),
        migrations.RunSQL("-- CONCURRENTLY\nCREATE INDEX i ON shop_tag (name)", migrations.RunSQL.noop),
        migrations.RunSQL("CREATE TABLE concurrently (a int)", migrations.RunSQL.noop),
        migrations.RunSQL("COMMENT ON TABLE shop_tag IS 'VACUUM'", migrations.RunSQL.noop),
    ]
