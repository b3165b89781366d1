from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("auth", "0001_initial")]
    operations = [
        migrations.CreateModel(  # expect: undeclared-swappable-dependency
            "Book",
            [
                ("id", models.BigAutoField(primary_key=True)),
                ("owner", models.ForeignKey("auth.User", models.CASCADE)),
            ],
        ),
    ]
