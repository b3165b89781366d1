from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = []
    operations = [
        migrations.CreateModel(
            "Book",
            [("id", models.BigAutoField(primary_key=True)), ("shelf", models.ForeignKey("plain.Shelf", models.CASCADE))],
            options={"managed": False},
        ),
    ]
