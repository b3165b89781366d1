from django.db import migrations


class Migration(migrations.Migration):
    """Several statements of one text share a transaction even where the migration has none."""

    atomic = False
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunSQL(  # expect: enum-value-used-in-same-transaction
            "ALTER TYPE public.mood ADD VALUE 'calm'; ALTER TABLE shop_book ADD mood mood DEFAULT 'calm'",
            migrations.RunSQL.noop,
        ),
    ]
