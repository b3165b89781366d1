# target: postgresql@16
# target: mysql@8.4
# target: mariadb@10.11
# target: oracle@19
from django.db import migrations, models


class Migration(migrations.Migration):  # expect: half-applied-on-failure
    atomic = False
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.AddField("book", "a", models.CharField(max_length=10, null=True)),
        migrations.AddConstraint("book", models.UniqueConstraint(fields=["sku"], name="u")),
    ]
