from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [("shop", "0001_initial"), ("shop", "0002_fill")]
    dependencies = []
    operations = [  # expect: unfinished-squash
        migrations.CreateModel(
            "Book", [("id", models.BigAutoField(primary_key=True)), ("title", models.CharField(max_length=9))]
        ),
    ]
