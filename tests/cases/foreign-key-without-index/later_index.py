# target: postgresql@16
# target: sqlite@3.45
from django.db import migrations, models


class Migration(migrations.Migration):
    operations = [
        migrations.AddField("review", "author", models.ForeignKey("shop.Author", models.SET_NULL, null=True, db_index=False)),
        migrations.AddIndex("review", models.Index(fields=["author", "rating"], name="by_author")),
        migrations.AddField(  # expect: foreign-key-without-index
            "review", "editor", models.ForeignKey("shop.Author", models.SET_NULL, null=True, db_index=False, related_name="+")
        ),
        # Not checked by the database, which looks for nothing.
        migrations.AddField(
            "review",
            "source",
            models.ForeignKey(
                "shop.Author", models.DO_NOTHING, null=True, db_index=False, db_constraint=False, related_name="+"
            ),
        ),
    ]
