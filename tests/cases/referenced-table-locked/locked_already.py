from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.AddField("author", "born", models.DateField(null=True)),
        migrations.AddField(
            "review",
            "author",
            models.ForeignKey("shop.Author", models.SET_NULL, null=True, db_index=False),
        ),
    ]
