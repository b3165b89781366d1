from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunSQL(  # expect: blocking-index-build
            """
            create  index book_title
                on shop_book (title)
            """,
            "drop index book_title",
        ),
    ]
