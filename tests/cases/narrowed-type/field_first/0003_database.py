from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0002_state")]
    operations = [
        migrations.RunSQL("ALTER TABLE shop_book ALTER title TYPE varchar(50), ALTER stock TYPE smallint"),
    ]
