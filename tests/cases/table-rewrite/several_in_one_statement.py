from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunSQL(  # expect: table-rewrite
            "ALTER TABLE shop_book DROP COLUMN notes, ALTER stock TYPE bigint", migrations.RunSQL.noop
        ),
        migrations.RunSQL(  # expect: table-rewrite
            "ALTER TABLE shop_review ADD mark double precision DEFAULT random()", migrations.RunSQL.noop
        ),
    ]
