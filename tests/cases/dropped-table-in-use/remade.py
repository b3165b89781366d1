from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunSQL("CREATE TABLE new_review AS SELECT * FROM shop_review"),
        migrations.RunSQL("DROP TABLE shop_review"),
        migrations.RunSQL("ALTER TABLE new_review RENAME TO shop_review"),
    ]
