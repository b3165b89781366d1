from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = []
    operations = [
        migrations.CreateModel(  # expect: undeclared-swappable-dependency
            "Book",
            [
                ("id", models.BigAutoField(primary_key=True)),
                ("owner", models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE)),
            ],
        ),
    ]
