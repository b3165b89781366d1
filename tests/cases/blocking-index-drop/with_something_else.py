from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RemoveField("book", "sku"),
        migrations.AlterField("book", "isbn", models.CharField(max_length=20)),
        migrations.RunSQL("DROP INDEX shop_review_book_id_44c4d8d9; ALTER TABLE shop_review ADD COLUMN extra integer"),
    ]
