from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0002_legacy")]
    operations = [
        migrations.RunSQL("ALTER TABLE legacy ADD COLUMN kind int NOT NULL"),
    ]
