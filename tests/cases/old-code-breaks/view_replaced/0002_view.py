from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunSQL("CREATE VIEW best AS SELECT id, title FROM shop_book"),
        migrations.CreateModel(
            "Best",
            [("id", models.BigIntegerField(primary_key=True)), ("title", models.TextField())],
            options={"managed": False, "db_table": "best"},
        ),
    ]
