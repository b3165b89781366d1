from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.AlterModelTable("review", "reviews"),
        migrations.AlterModelTable("review", "shop_review"),
    ]
