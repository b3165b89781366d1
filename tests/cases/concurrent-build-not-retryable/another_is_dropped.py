from django.db import migrations


def build(apps, schema_editor):
    schema_editor.execute("CREATE UNIQUE INDEX CONCURRENTLY c ON shop_book (sku)")


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunSQL("DROP INDEX CONCURRENTLY IF EXISTS a", migrations.RunSQL.noop),
        migrations.RunSQL("create index concurrently b on shop_book (title)"),  # expect: concurrent-build-not-retryable
        migrations.RunPython(build, migrations.RunPython.noop),  # expect: concurrent-build-not-retryable
    ]
