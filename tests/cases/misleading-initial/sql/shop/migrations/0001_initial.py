from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True  # expect: misleading-initial
    dependencies = []
    operations = [
        migrations.CreateModel(
            "Book", [("id", models.BigAutoField(primary_key=True)), ("title", models.CharField(max_length=9))]
        ),
        migrations.RunSQL("INSERT INTO shop_book (title) VALUES ('x')", ""),
    ]
