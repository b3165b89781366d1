# target: postgresql@16
# target: mariadb@10.11
# target: sqlite@3.45
from django.db import migrations, models
from django.utils.timezone import now


def same():
    return 7


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]

    operations = [
        migrations.AddField("book", "extra", models.JSONField(default=dict)),
        migrations.AddField("book", "size", models.IntegerField(default=same)),
        migrations.AddField("book", "made", models.DateTimeField(auto_now_add=True, default=now), preserve_default=False),
        migrations.AddField("book", "number", models.IntegerField(default=3)),
    ]
