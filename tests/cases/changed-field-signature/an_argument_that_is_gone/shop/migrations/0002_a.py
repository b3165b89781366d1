import shop.fields
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_initial")]
    operations = [
        migrations.AddField(
            "book",
            "price",
            shop.fields.Money(currency="EUR", max_digits=9, decimal_places=2),  # expect: changed-field-signature
        ),
    ]
