# target: postgresql@16
# target: mariadb@10.11
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]

    operations = [
        migrations.AlterField("book", "author", models.ForeignKey("shop.Author", models.CASCADE, null=True)),
        migrations.RenameField("book", "author", "writer"),
        migrations.RenameModel("Author", "Person"),
    ]
