from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]

    operations = [
        migrations.RunSQL("ALTER TABLE shop_book ALTER COLUMN notes TYPE varchar(100) USING left(notes, 97) || '...'", ""),
    ]
