# target: oracle@19
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.AlterField("book", "title", models.TextField()),  # expect: incompatible-type
        migrations.AlterField("book", "notes", models.CharField(max_length=100)),  # expect: narrowed-type
    ]
