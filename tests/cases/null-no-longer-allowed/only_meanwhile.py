from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunSQL("ALTER TABLE shop_review ALTER rating SET NOT NULL"),
        migrations.RunSQL("ALTER TABLE shop_review ALTER rating DROP NOT NULL"),
    ]
