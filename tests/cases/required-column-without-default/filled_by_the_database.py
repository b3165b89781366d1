# target: postgresql@16
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.AddField("book", "a", models.IntegerField(db_default=0)),
        migrations.AddField("book", "b", models.IntegerField(null=True)),
        migrations.AddField(
            "book",
            "d",
            models.GeneratedField(expression=models.F("stock"), output_field=models.IntegerField(), db_persist=True),
        ),
        migrations.AddField("book", "e", models.ManyToManyField("shop.Author", related_name="+")),
    ]
