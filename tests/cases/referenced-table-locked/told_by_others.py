from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.AlterField("book", "author", models.ForeignKey("shop.Author", models.CASCADE, null=True)),
        migrations.RunSQL("ALTER TABLE shop_book ADD FOREIGN KEY (publisher_id) REFERENCES shop_author"),
    ]
