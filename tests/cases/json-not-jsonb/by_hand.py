from django.db import migrations


class Migration(migrations.Migration):
    operations = [
        migrations.RunSQL(  # expect: json-not-jsonb
            "ALTER TABLE shop_book ADD COLUMN a json, ADD COLUMN b jsonb", migrations.RunSQL.noop
        ),
        migrations.RunSQL(
            "ALTER TABLE shop_book ADD COLUMN c json; ALTER TABLE shop_book DROP COLUMN c", migrations.RunSQL.noop
        ),
    ]
