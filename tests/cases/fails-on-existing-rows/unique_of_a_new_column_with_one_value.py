# target: postgresql@16
# target: mariadb@10.11
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]

    operations = [
        migrations.AddField("book", "token", models.CharField(max_length=20, default="")),
        migrations.AddConstraint(  # expect: fails-on-existing-rows
            "book", models.UniqueConstraint(fields=["token"], name="one_token")
        ),
    ]
