from django.db import migrations, models


class Migration(migrations.Migration):
    run_before = [("stock", "0001_initial")]
    dependencies = []  # expect: broken-graph
    operations = [
        migrations.CreateModel(
            "Book", [("id", models.BigAutoField(primary_key=True)), ("title", models.CharField(max_length=9))]
        ),
    ]
