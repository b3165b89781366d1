# target: oracle@19
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.AddField("author", "score", models.IntegerField(default=0)),
        migrations.AddField("author", "born", models.DateField(db_default="2000-01-01")),
    ]
