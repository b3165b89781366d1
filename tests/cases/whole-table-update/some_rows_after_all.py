# target: postgresql@16
from django.db import migrations, models


def narrowed_in_between(apps, schema_editor):
    books = apps.get_model("shop", "Book").objects.all()
    books = books.filter(stock=0)
    books.update(notes="")


def in_batches(apps, schema_editor):
    Book = apps.get_model("shop", "Book")
    while keys := list(Book.objects.filter(notes="x").values_list("pk", flat=True)[:1000]):
        Book.objects.filter(pk__in=keys).update(notes="")


def by_pages_of_keys(apps, schema_editor):
    Book = apps.get_model("shop", "Book")
    last = Book.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    for start in range(0, last + 1, 1000):
        Book.objects.filter(pk__gte=start, pk__lt=start + 1000).update(notes="")


def of_one(apps, schema_editor):
    author = apps.get_model("shop", "Author").objects.get(code="x")
    author.book_set.update(notes="")
    author.book_set.all().delete()


def a_few(apps, schema_editor):
    Book = apps.get_model("shop", "Book")
    Book.objects.filter(models.Q(stock=0) | models.Q(stock=1)).update(notes="")
    Book.objects.none().update(notes="")


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunPython(narrowed_in_between, migrations.RunPython.noop),
        migrations.RunPython(in_batches, migrations.RunPython.noop),
        migrations.RunPython(by_pages_of_keys, migrations.RunPython.noop),
        migrations.RunPython(of_one, migrations.RunPython.noop),
        migrations.RunPython(a_few, migrations.RunPython.noop),
    ]
