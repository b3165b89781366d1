# target: oracle@19
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.AddField("review", "score", models.IntegerField(default=0)),  # expect: large-object-default
        migrations.AddField("book", "shelf", models.CharField(max_length=9, db_default="a")),  # expect: large-object-default
    ]
