# target: postgresql@16
# target: mariadb@10.11
# target: oracle@19
from django.db import migrations


def every_row(apps, schema_editor):
    Book = apps.get_model("shop", "Book")
    Book.objects.update(notes="")  # expect: whole-table-update


def either(apps, schema_editor):
    books = apps.get_model("shop", "Book").objects.all()
    if schema_editor.connection.features.is_sql_auto_is_null_enabled:
        books = books.filter(stock=0)
    books.update(notes="")  # expect: whole-table-update


def all_reviews(apps, schema_editor):
    apps.get_model("shop", "Review")._default_manager.using("default").all().delete()  # expect: whole-table-update


def new_column(apps, schema_editor):
    apps.get_model("shop", "Author").objects.update(code="x")  # expect: whole-table-update


class Migration(migrations.Migration):
    operations = [
        migrations.RunPython(every_row, migrations.RunPython.noop),
        migrations.RunPython(either, migrations.RunPython.noop),
        migrations.RunPython(all_reviews, migrations.RunPython.noop),
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunPython(new_column, migrations.RunPython.noop),
                migrations.RunSQL("DELETE FROM shop_review"),  # expect: whole-table-update
            ]
        ),
        migrations.RunSQL("UPDATE shop_book SET stock = 1 WHERE 1 = 1"),  # expect: whole-table-update
        migrations.RunSQL(  # expect: whole-table-update
            "UPDATE shop_book SET stock = (SELECT count(*) FROM shop_review WHERE book_id = shop_book.id)"
        ),
    ]
