from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_initial")]
    operations = [
        migrations.AddField(
            "book",
            "longer",
            models.GeneratedField(expression=models.F("title"), output_field=models.CharField(max_length=9), db_persist=True),
        ),
    ]
