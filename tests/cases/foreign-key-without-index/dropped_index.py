from django.db import migrations


class Migration(migrations.Migration):
    operations = [
        migrations.RunSQL("CREATE INDEX by_book ON shop_review (book_id, rating)", "DROP INDEX by_book"),
        migrations.RunSQL(  # expect: foreign-key-without-index
            "CREATE TABLE copy (book_id bigint REFERENCES shop_book (id))", "DROP TABLE copy"
        ),
        migrations.RunSQL("CREATE TABLE keyed (book_id bigint PRIMARY KEY REFERENCES shop_book (id))", "DROP TABLE keyed"),
    ]
