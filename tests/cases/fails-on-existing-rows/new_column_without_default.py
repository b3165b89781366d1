# target: postgresql@16
# target: sqlite@3.45
# target: oracle@19
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]

    operations = [
        migrations.AddField(  # expect: fails-on-existing-rows
            "book", "editor", models.ForeignKey("shop.Author", models.CASCADE, related_name="+")
        ),
    ]
