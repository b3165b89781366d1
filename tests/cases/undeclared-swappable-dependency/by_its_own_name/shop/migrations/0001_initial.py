from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = []
    operations = [
        migrations.CreateModel(  # expect: undeclared-swappable-dependency
            "Book",
            [
                ("id", models.BigAutoField(primary_key=True)),
                ("owner", models.ForeignKey("people.User", models.CASCADE)),
            ],
        ),
    ]
