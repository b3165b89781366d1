from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
        migrations.RunSQL("UPDATE shop_book SET author_id = 1 WHERE stock = 0", migrations.RunSQL.noop),
        migrations.AlterField("book", "title", models.CharField(max_length=200)),
    ]
