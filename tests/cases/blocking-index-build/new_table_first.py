from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.CreateModel("Shelf", [("id", models.BigAutoField(primary_key=True)), ("row", models.IntegerField())]),
        migrations.AddIndex("shelf", models.Index(fields=["row"], name="shelf_row")),
        migrations.AddIndex("book", models.Index(fields=["title"], name="book_title")),  # expect: blocking-index-build
    ]
