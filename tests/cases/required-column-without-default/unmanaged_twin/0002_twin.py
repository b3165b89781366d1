from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.CreateModel(
            "Name",
            [("id", models.BigAutoField(primary_key=True)), ("title", models.TextField())],
            options={"managed": False, "db_table": "shop_book"},
        ),
    ]
