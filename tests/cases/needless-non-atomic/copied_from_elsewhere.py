# target: postgresql@16, sqlite@3.45
from django.db import migrations, models


class Migration(migrations.Migration):  # expect: needless-non-atomic
    atomic = False
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.CreateModel("Sale", [("id", models.BigAutoField(primary_key=True))]),
        migrations.AddField("book", "blurb", models.TextField(null=True)),
        migrations.RunPython(migrations.RunPython.noop, migrations.RunPython.noop),
    ]
