import shop.validators  # expect: unserializable-reference
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_initial")]
    operations = [
        migrations.AlterField(
            "book",
            "title",
            models.CharField(max_length=9, validators=[shop.validators.is_isbn]),
        ),
    ]
