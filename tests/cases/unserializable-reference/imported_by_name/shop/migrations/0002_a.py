from django.db import migrations, models
from shop.rules import is_isbn_13  # expect: unserializable-reference


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_initial")]
    operations = [
        migrations.AlterField(
            "book",
            "title",
            models.CharField(max_length=9, validators=[is_isbn_13]),
        ),
    ]
