from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0002_column")]
    operations = [
        migrations.AlterField("book", "editor", models.ForeignKey("shop.Author", models.CASCADE, null=True, related_name="+")),
    ]
