from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]

    operations = [
        migrations.RunSQL("CREATE VIEW v AS SELECT id FROM shop_review", "DROP VIEW v"),
        migrations.DeleteModel("review"),  # expect: dependent-objects-dropped
    ]
