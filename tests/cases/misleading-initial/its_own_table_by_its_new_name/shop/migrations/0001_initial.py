from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.CreateModel(
            "Book", [("id", models.BigAutoField(primary_key=True)), ("title", models.CharField(max_length=9))]
        ),
        migrations.RenameModel("Book", "Tome"),
        migrations.AlterField("tome", "title", models.TextField()),
        migrations.RemoveField("tome", "title"),
    ]
