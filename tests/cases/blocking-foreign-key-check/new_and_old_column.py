from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.AddField("book", "editor", models.ForeignKey("shop.Author", models.CASCADE, null=True, related_name="+")),
        migrations.RunSQL(  # expect: blocking-foreign-key-check
            "ALTER TABLE shop_book ADD FOREIGN KEY (publisher_id) REFERENCES shop_author", migrations.RunSQL.noop
        ),
    ]
