# target: postgresql@16
# target: sqlite@3.45
# target: oracle@19
from django.db import migrations, models


class Migration(migrations.Migration):
    operations = [
        migrations.CreateModel(  # expect: duplicate-index
            "Loan",
            [
                ("id", models.BigAutoField(primary_key=True)),
                ("book", models.ForeignKey("shop.Book", models.CASCADE)),
                ("day", models.DateField()),
            ],
            options={"constraints": [models.UniqueConstraint(fields=["book", "day"], name="once_a_day")]},
        ),
        # The constraint does not begin with the key.
        migrations.CreateModel(
            "Visit",
            [
                ("id", models.BigAutoField(primary_key=True)),
                ("book", models.ForeignKey("shop.Book", models.CASCADE)),
                ("day", models.DateField()),
            ],
            options={"constraints": [models.UniqueConstraint(fields=["day", "book"], name="once")]},
        ),
    ]
