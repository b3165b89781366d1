from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]

    operations = [
        migrations.AddField("book", "pages", models.IntegerField(null=True)),
        migrations.CreateModel("Sale", [("id", models.BigAutoField(primary_key=True))]),
        migrations.RunSQL("CREATE TABLE notes (id integer)", "DROP TABLE notes"),
    ]
