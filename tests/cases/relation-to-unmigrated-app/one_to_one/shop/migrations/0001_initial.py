from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = []
    operations = [
        migrations.CreateModel(  # expect: relation-to-unmigrated-app
            "Book",
            [
                ("id", models.BigAutoField(primary_key=True)),
                ("shelf", models.OneToOneField("plain.Shelf", models.CASCADE)),
            ],
        ),
    ]
