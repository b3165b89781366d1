from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True  # expect: misleading-initial
    dependencies = [("shop", "0001_initial")]
    operations = [
        migrations.CreateModel(
            "Book", [("id", models.BigAutoField(primary_key=True)), ("title", models.CharField(max_length=9))]
        ),
        migrations.RemoveField("tome", "x"),
    ]
