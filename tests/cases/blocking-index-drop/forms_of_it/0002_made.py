# target: postgresql@15
# target: oracle@19
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.AddIndex("book", models.Index(fields=["title"], name="by_title")),
        migrations.AddIndex("book", models.Index(fields=["stock"], name="by_stock")),
    ]
