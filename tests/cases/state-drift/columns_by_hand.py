from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunSQL(  # expect: state-drift
            "ALTER TABLE shop_book ADD COLUMN pages integer",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(  # expect: state-drift
            "ALTER TABLE shop_review DROP COLUMN rating",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(  # expect: state-drift
            "ALTER TABLE shop_tag RENAME COLUMN name TO label",
            migrations.RunSQL.noop,
        ),
    ]
