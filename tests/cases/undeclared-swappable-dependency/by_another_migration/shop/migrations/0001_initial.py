from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("people", "__first__")]
    operations = [
        migrations.CreateModel(
            "Book",
            [
                ("id", models.BigAutoField(primary_key=True)),
                ("owner", models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE)),
            ],
        ),
        migrations.AddField("book", "reader", models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")),
    ]
