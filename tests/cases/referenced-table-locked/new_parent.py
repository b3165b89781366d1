from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.CreateModel("Shelf", [("id", models.BigAutoField(primary_key=True))]),
        migrations.AddField("book", "shelf", models.ForeignKey("shop.Shelf", models.SET_NULL, null=True, db_index=False)),
    ]
