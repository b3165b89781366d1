# target: postgresql@16
from django.db import migrations, models


def trim(apps, schema_editor):
    apps.get_model("shop", "Review").objects.filter(rating=None).delete()


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunSQL(
            "UPDATE shop_book SET stock = 0 WHERE stock < 0",
            migrations.RunSQL.noop,
        ),
        migrations.RunPython(trim, migrations.RunPython.noop),
        migrations.AlterField("book", "stock", models.IntegerField(help_text="x")),
    ]
