# target: mysql@8.4
# target: mariadb@10.11
from django.db import migrations, models


class Migration(migrations.Migration):
    operations = [
        # The server's own index for the key goes as soon as another serves it.
        migrations.CreateModel(
            "Loan",
            [
                ("id", models.BigAutoField(primary_key=True)),
                ("book", models.ForeignKey("shop.Book", models.CASCADE)),
                ("day", models.DateField()),
            ],
            options={"constraints": [models.UniqueConstraint(fields=["book", "day"], name="once_a_day")]},
        ),
        migrations.RunSQL("CREATE INDEX part ON shop_book (isbn(5))", migrations.RunSQL.noop),
    ]
