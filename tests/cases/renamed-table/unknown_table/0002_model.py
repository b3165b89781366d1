from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.CreateModel(
            "Legacy",
            [("id", models.BigAutoField(primary_key=True)), ("code", models.TextField())],
            options={"managed": False, "db_table": "legacy"},
        ),
    ]
