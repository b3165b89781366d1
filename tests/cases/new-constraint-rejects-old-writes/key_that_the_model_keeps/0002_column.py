from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.AddField(
            "book", "editor", models.ForeignKey("shop.Author", models.CASCADE, null=True, db_constraint=False, related_name="+")
        ),
    ]
