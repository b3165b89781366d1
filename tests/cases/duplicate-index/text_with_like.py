from django.db import migrations, models


class Migration(migrations.Migration):
    operations = [
        # Without `db_index` the index for LIKE would go too.
        migrations.AddConstraint("book", models.UniqueConstraint(fields=["sku", "title"], name="book_sku_title")),
        migrations.AddField("book", "tags_too", models.ManyToManyField("shop.Tag", related_name="+")),
        migrations.RunSQL(  # expect: duplicate-index
            "CREATE INDEX again ON shop_review (book_id DESC)", migrations.RunSQL.noop
        ),
    ]
