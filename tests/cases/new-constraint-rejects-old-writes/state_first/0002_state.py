from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AddConstraint("book", models.UniqueConstraint(fields=["title"], name="book_title")),
                migrations.AddConstraint("book", models.CheckConstraint(condition=models.Q(stock__gt=0), name="in_stock")),
            ]
        ),
    ]
