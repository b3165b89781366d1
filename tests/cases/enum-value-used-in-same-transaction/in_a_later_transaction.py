from django.db import migrations


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunSQL("ALTER TYPE mood ADD VALUE 'calm'", migrations.RunSQL.noop),
        migrations.RunSQL("ALTER TABLE shop_book ADD mood mood DEFAULT 'calm'", migrations.RunSQL.noop),
    ]
