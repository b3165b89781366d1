from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RenameField("book", "publisher_id", "publisher"),
        migrations.CreateModel(
            "AVeryLongNameOfAModelThatSaysEverythingThatThereIsToSayAboutIt",
            [("id", models.BigAutoField(primary_key=True)), ("of", models.ForeignKey("shop.Book", models.CASCADE))],
        ),
    ]
