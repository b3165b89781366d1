"""What a RunPython function does to rows, read from its text against the models of its time."""

from __future__ import annotations

import textwrap

import pytest

from migration_lint.python import Reading, RowChange, changes, reading
from migration_lint.testing import impacts_of

HEAD = """
Author = apps.get_model("shop", "Author")
Book = apps.get_model("shop.Book")
Review = apps.get_model(app_label="shop", model_name="review")
Tag = apps.get_model("shop", "tag")
"""


def read(body: str, target: str = "postgresql@16", before: str = "") -> Reading:
    function = f"def fill(apps, schema_editor):\n{textwrap.indent(HEAD + textwrap.dedent(body), '    ')}"
    (migration,) = impacts_of(f"{function}\noperations = [{before}migrations.RunPython(fill)]", target)
    return reading(migration.impacts[-1])


def told(change: RowChange) -> str:
    """`update shop_book(stock) all`, and so on."""
    columns = "" if change.columns is None else f"({', '.join(sorted(change.columns))})"
    marks = ["" if change.filtered else "all", "each" if change.each else "", "cascade" if change.cascade else ""]
    return " ".join([str(change.kind), change.table + columns, *filter(None, marks)])


CASCADE = ["delete shop_review cascade"]
BOOKS = ["delete shop_book_tags cascade", *CASCADE]
CASES: dict[str, list[str]] = {
    'Book.objects.update(title="x", author_id=3)': ["update shop_book(author_id, title) all"],
    "Book.objects.all().order_by('pk').update(author=None)": ["update shop_book(author_id) all"],
    "Book.objects.filter(stock=1).update(stock=2)": ["update shop_book(stock)"],
    "Book.objects.filter().update(stock=2)": ["update shop_book(stock) all"],
    "Book.objects.all()[:10].update(stock=2)": ["update shop_book(stock)"],
    "Book.objects.update(**{'stock': 1})": ["update shop_book all"],
    "Review.objects.all().delete()": ["delete shop_review all"],
    "Book.objects.filter(stock=1).delete()": ["delete shop_book", *BOOKS],
    "Tag.objects.all().delete()": ["delete shop_tag all", "delete shop_book_tags all cascade"],
    "Author.objects.get(pk=1).delete()": ["delete shop_author", "delete shop_book cascade", *BOOKS],
    "Book.objects.all()._raw_delete('default')": ["delete shop_book all"],
    "Book.objects.create(title='x')": ["insert shop_book(title)"],
    "Book(title='x').save()": ["insert shop_book"],
    "Book.objects.bulk_create([Book(title=x) for x in 'ab'])": ["insert shop_book"],
    "book, made = Book.objects.get_or_create(isbn='1')\nbook.save()": ["insert shop_book(isbn)", "update shop_book"],
    "Book.objects.update_or_create(isbn='1', defaults={})": ["insert shop_book", "update shop_book"],
    "Book.objects.bulk_update(list(Book.objects.all()), ['title', 'author'])": ["update shop_book(author_id, title)"],
    "for book in Book.objects.all():\n    book.save(update_fields=['title'])": ["update shop_book(title) each"],
    "for book in Book.objects.filter(stock=1).iterator():\n    book.save()": ["update shop_book each"],
    "for number, book in enumerate(Book.objects.all()):\n    book.save()": ["update shop_book each"],
    "[book.save() for book in Book.objects.all()]": ["update shop_book each"],
    "for pk in Book.objects.values_list('pk', flat=True):\n    Book.objects.filter(pk=pk).update(stock=1)": [
        "update shop_book(stock) each"
    ],
    "for title, stock in [('a', 1)]:\n    Book.objects.filter(title=title).update(stock=stock)": ["update shop_book(stock)"],
    "for model in (Book, Author):\n    model._default_manager.using('x').update(name=1)": [
        "update shop_book(name) all",
        "update shop_author(name) all",
    ],
    "for key, model in {'a': Book, 'b': Tag}.items():\n    model.objects.update(name='')": [
        "update shop_book(name) all",
        "update shop_tag(name) all",
    ],
    "models = {}\nmodels['a'] = Book\nmodels['a'].objects.update(stock=1)": ["update shop_book(stock) all"],
    "some = []\nfor book in Book.objects.all():\n    some.append(book)\nfor book in some:\n    book.save()": [
        "update shop_book each"
    ],
    "def rows(model):\n    return model.objects.all()\nrows(Book).update(stock=1)": ["update shop_book(stock) all"],
    "def rows():\n    for book in Book.objects.all():\n        yield book\nfor book in rows():\n    book.save()": [
        "update shop_book each"
    ],
    "from functools import partial\ndef fix(model, book):\n    book.save()\npartial(fix, Book)(Book.objects.first())": [
        "update shop_book"
    ],
    "from django.core.paginator import Paginator\nfor page in Paginator(Book.objects.order_by('pk'), 9):\n"
    "    for book in page.object_list:\n        book.save()": ["update shop_book each"],
    "book = Book.objects.first()\nbook.tags.add(1)\nbook.tags.set([])\nbook.tags.clear()": [
        "insert shop_book_tags",
        "insert shop_book_tags",
        "delete shop_book_tags",
        "delete shop_book_tags",
    ],
    "Tag.objects.get().book_set.add(1)": ["insert shop_book_tags"],
    "Book.objects.first().tags.create(name='x')": ["insert shop_book_tags", "insert shop_tag(name)"],
    "Book.tags.through.objects.all().delete()": ["delete shop_book_tags all"],
    "apps.get_model('shop', 'Book_tags').objects.all().delete()": ["delete shop_book_tags all"],
    "Book.objects.first().review_set.update(rating=3)": ["update shop_review(rating)"],
    "Book.objects.first().review_set.add(1)": ["update shop_review(book_id)"],
    "Author.objects.first().book_set.all().delete()": ["delete shop_book", *BOOKS],
    "Review.objects.first().book.author.save()": ["update shop_author"],
    "try:\n    Book.objects.get()\nexcept Book.DoesNotExist:\n    Book.objects.create(stock=1)": ["insert shop_book(stock)"],
    "if schema_editor.connection.vendor == 'mysql':\n    Book.objects.update(stock=1)": [],
    "for book in Book.objects.raw('SELECT 1'):\n    book.save()": ["update shop_book each"],
    "print(Book.objects.filter(stock=1).count())": [],
}


@pytest.mark.parametrize("body", CASES)
def test_change(body: str) -> None:
    assert [told(change) for change in read(body).changes] == CASES[body]


GAVE_UP = {
    "from somewhere import work\nwork(Book)": True,
    "from django.core.management import call_command\ncall_command('x')": True,
    "apps.get_model('shop', str(schema_editor)).objects.update(x=1)": True,
    "for model in apps.get_models():\n    model.objects.update(x=1)": True,
    "def again(book):\n    print(book, book.title)\nagain(Book.objects.first())": False,
    "len(Book.objects.filter(stock=1))": False,
    "from django.db.models import F, Q\nBook.objects.filter(Q(stock=1)).update(stock=F('stock') + 1)": False,
    "from django.db import transaction\nwith transaction.atomic():\n    Book.objects.update(stock=1)": False,
}


@pytest.mark.parametrize("body", GAVE_UP)
def test_what_was_not_followed_is_told(body: str) -> None:
    assert read(body).gave_up == GAVE_UP[body]


def test_statements_before_a_change_are_counted() -> None:
    body = "schema_editor.execute('SELECT 1; SELECT 2')\nBook.objects.update(stock=1)\nschema_editor.execute('SELECT 3')"
    (change,) = read(body).changes
    assert (change.after, change.function, change.label) == (2, "fill", "shop.Book")


def test_the_models_are_those_of_the_moment() -> None:
    renamed = 'migrations.RenameField("book", "stock", "count"), migrations.AlterModelTable("book", "books"), '
    assert [told(change) for change in read("Book.objects.update(count=1)", before=renamed).changes] == [
        "update books(count) all"
    ]


def test_other_operations_change_no_rows() -> None:
    (migration,) = impacts_of("operations = [migrations.RunSQL('DELETE FROM shop_book')]")
    assert changes(migration.impacts[0]) == ()


def test_a_router_that_keeps_the_operation_out_is_asked(settings: object) -> None:
    settings.DATABASE_ROUTERS = ["tests.test_rows.Nowhere"]  # type: ignore[attr-defined]
    assert read("Book.objects.update(stock=1)").changes == ()


class Nowhere:
    def allow_migrate(self, db: str, app_label: str, model_name: str | None = None, **hints: object) -> bool:
        return model_name is not None
