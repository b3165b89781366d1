# target: sqlite@3.45
# target: postgresql@16
from django.db import connection, migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_initial")]
    operations = [migrations.AlterModelOptions("Book", {"ordering": ["title"]})]
    if connection.vendor == "postgresql":
        operations = [
            *operations,
            migrations.AddIndex("Book", models.Index(fields=["title"], name="title_idx")),  # expect: blocking-index-build
        ]
