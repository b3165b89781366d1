from django.db import migrations, models


class Migration(migrations.Migration):
    operations = [
        migrations.AddField("book", "seen", models.DateTimeField(null=True)),
        migrations.RunSQL(  # expect: timestamp-without-timezone
            "ALTER TABLE shop_book ADD COLUMN a timestamp(3), ADD COLUMN b timestamptz", migrations.RunSQL.noop
        ),
        migrations.RunSQL(  # expect: timestamp-without-timezone
            "CREATE TABLE log (at timestamp without time zone)", migrations.RunSQL.noop
        ),
    ]
