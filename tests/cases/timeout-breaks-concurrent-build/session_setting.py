from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    atomic = False
    operations = [
        migrations.RunSQL("SET statement_timeout = '1min'"),
        AddIndexConcurrently(  # expect: timeout-breaks-concurrent-build
            "book", models.Index(fields=["title"], name="by_title")
        ),
        migrations.RunSQL("SET statement_timeout TO 0"),
        migrations.RunSQL("REINDEX INDEX CONCURRENTLY by_title"),
        migrations.RunSQL("RESET statement_timeout"),
        migrations.RunSQL("CREATE INDEX CONCURRENTLY by_stock ON shop_book (stock)"),
    ]
