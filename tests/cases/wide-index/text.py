from django.contrib.postgres.indexes import GinIndex, HashIndex
from django.db import migrations, models


class Migration(migrations.Migration):
    operations = [
        migrations.AddIndex("book", models.Index(fields=["notes"], name="plain")),  # expect: wide-index
        migrations.AddIndex("book", HashIndex(fields=["notes"], name="hashed")),
        migrations.AddIndex("book", GinIndex(fields=["notes"], name="words", opclasses=["gin_trgm_ops"])),
        migrations.AddField("book", "code", models.TextField(unique=True, null=True)),  # expect: wide-index
        migrations.AddField("book", "short", models.CharField(max_length=200, db_index=True, null=True)),
    ]
