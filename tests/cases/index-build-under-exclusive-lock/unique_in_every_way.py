# target: postgresql@16
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.AlterField(  # expect: index-build-under-exclusive-lock
            "book",
            "title",
            models.CharField(max_length=100, unique=True),
        ),
        migrations.AlterUniqueTogether(  # expect: index-build-under-exclusive-lock
            "review",
            {("book", "rating")},
        ),
        migrations.AddConstraint(  # expect: index-build-under-exclusive-lock
            "tag",
            models.UniqueConstraint(fields=["name"], name="u"),
        ),
    ]
