from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]

    operations = [
        migrations.RunSQL("ALTER TABLE shop_review ADD CONSTRAINT c CHECK (rating IS NOT NULL) NOT VALID", ""),
        migrations.RunSQL("ALTER TABLE shop_review VALIDATE CONSTRAINT c", ""),
        migrations.AlterField("review", "rating", models.IntegerField()),
    ]
