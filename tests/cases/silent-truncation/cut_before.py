from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]

    operations = [
        migrations.RunSQL("UPDATE shop_book SET notes = left(notes, 100)", ""),
        migrations.AlterField("book", "notes", models.CharField(max_length=100)),
    ]
