# target: postgresql@16
# target: mariadb@10.11
# target: sqlite@3.45
from django.db import migrations


def fill(apps, schema_editor):
    for review in apps.get_model("shop", "Review").objects.filter(rating=None):
        review.rating = 0
        review.save()


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
