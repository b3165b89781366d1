# target: postgresql@16, mysql@8.4, mariadb@10.11, oracle@19
from django.db import migrations, models


class Migration(migrations.Migration):
    """Two tables in use would be locked together otherwise; elsewhere there is no transaction for DDL to leave out."""

    atomic = False
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.AddField("book", "blurb", models.TextField(null=True)),
        migrations.AddField("review", "blurb", models.TextField(null=True)),
    ]
