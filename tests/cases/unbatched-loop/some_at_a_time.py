from django.core.paginator import Paginator
from django.db import migrations


def until_none_is_left(apps, schema_editor):
    Book = apps.get_model("shop", "Book")
    while True:
        batch = list(Book.objects.filter(stock=0)[:1000])
        if not batch:
            break
        for book in batch:
            book.stock = 1
            book.save()


def by_keys(apps, schema_editor):
    Book = apps.get_model("shop", "Book")
    last = 0
    while books := list(Book.objects.filter(pk__gt=last).order_by("pk")[:500]):
        for book in books:
            book.save()
        last = books[-1].pk


def by_pages(apps, schema_editor):
    Book = apps.get_model("shop", "Book")
    pages = Paginator(Book.objects.order_by("pk"), 500)
    for number in pages.page_range:
        for book in pages.page(number).object_list:
            book.save()


def one_author(apps, schema_editor):
    author = apps.get_model("shop", "Author").objects.get(code="x")
    for book in author.book_set.all():
        book.save()


def not_saved(apps, schema_editor):
    for book in apps.get_model("shop", "Book").objects.all():
        print(book.title)


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunPython(until_none_is_left, migrations.RunPython.noop),
        migrations.RunPython(by_keys, migrations.RunPython.noop),
        migrations.RunPython(by_pages, migrations.RunPython.noop),
        migrations.RunPython(one_author, migrations.RunPython.noop),
        migrations.RunPython(not_saved, migrations.RunPython.noop),
    ]
