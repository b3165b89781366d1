from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.AlterField("book", "author", models.ForeignKey("shop.Author", models.PROTECT)),
        migrations.AlterField(  # expect: foreign-key-churn
            "book", "author", models.ForeignKey("shop.Author", models.PROTECT, null=True)
        ),
    ]
