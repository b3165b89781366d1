# target: postgresql@16
# target: mysql@8.4
# target: oracle@19
from django.db import migrations, models


def some_rows(apps, schema_editor):
    Book = apps.get_model("shop", "Book")
    Book.objects.filter(stock=0).update(notes="")
    Book.objects.exclude(stock=0).delete()
    for book in Book.objects.iterator():
        book.save()
    Book.objects.first().review_set.all().delete()


def new_table(apps, schema_editor):
    apps.get_model("shop", "Sale").objects.update(code="x")


def elsewhere(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        apps.get_model("shop", "Book").objects.update(notes="")


class Migration(migrations.Migration):
    operations = [
        migrations.CreateModel(
            "Sale", [("id", models.BigAutoField(primary_key=True)), ("code", models.CharField(max_length=9))]
        ),
        migrations.RunPython(some_rows, migrations.RunPython.noop),
        migrations.RunPython(new_table, migrations.RunPython.noop),
        migrations.RunPython(elsewhere, migrations.RunPython.noop),
        migrations.RunSQL("UPDATE shop_sale SET code = 'a'"),
        migrations.RunSQL("UPDATE shop_book SET stock = 1 WHERE stock = 0"),
        migrations.RunSQL("DELETE FROM shop_review WHERE book_id IN (SELECT id FROM shop_book)"),
    ]
