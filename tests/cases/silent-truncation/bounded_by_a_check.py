from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]

    operations = [
        migrations.RunSQL("ALTER TABLE shop_book ADD CONSTRAINT c CHECK (length(notes) <= 100)", ""),
        migrations.AlterField("book", "notes", models.CharField(max_length=100)),
    ]
