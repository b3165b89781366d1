"""What is said of a RunPython's function, held against what it does: each is run by Django on tables with rows."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

import pytest
from django.db import connections, transaction
from django.db.migrations import Migration
from django.db.migrations.state import ProjectState

from migration_lint.backends import load
from migration_lint.python import changes
from migration_lint.rules import find_rules
from migration_lint.sql.lexer import split
from migration_lint.sql.read import read
from migration_lint.testing import APP, Accounts, Bookshop, example_migration, findings_of, impacts_of
from migration_lint.types import Kind
from tests import identity
from tests.identity_postgresql import PostgreSQL
from tests.servers import running

RULES = [rule for rule in find_rules() if rule.id in ("unknown-historical-model", "missing-historical-attribute")]
ERRORS = ("LookupError", "AttributeError", "FieldError", "FieldDoesNotExist", "TypeError")
ROWS = (
    "INSERT INTO shop_author (name, code) VALUES ('Ada', 'a'), ('Ben', 'b')",
    "INSERT INTO shop_book (author_id, title, sku, isbn, price, stock, notes) VALUES (1, 'A', 'x', '1', 1, 0, '')",
    "INSERT INTO shop_book (author_id, title, sku, isbn, price, stock, notes) VALUES (2, 'B', 'y', '2', 2, 2, '')",
    "INSERT INTO shop_review (book_id, body, rating) VALUES (1, 'good', 5), (2, 'bad', NULL)",
    "INSERT INTO shop_tag (name) VALUES ('new')",
    "INSERT INTO shop_book_tags (book_id, tag_id) VALUES (1, 1)",
    "INSERT INTO accounts_account (name) VALUES ('root')",
)
HEAD = """
from django.db import models
from django.db.models import Count, F, Q
Author, Book, Review, Tag = (apps.get_model("shop", name) for name in ("Author", "Book", "Review", "Tag"))
book, author = Book.objects.get(isbn="1"), Author.objects.first()
"""
# What the function does, and the error that Django raises; '' for none.
CASES = {
    "apps.get_model('shop', 'Novel')": "LookupError",
    "apps.get_model('nowhere.Book')": "LookupError",
    "apps.get_model('shop.book')": "",
    "apps.get_model('shop', 'BOOK').objects.count()": "",
    "apps.get_model('shop', 'Book_tags').objects.count()": "",
    "try:\n    apps.get_model('shop', 'Novel')\nexcept LookupError:\n    pass": "",
    "book.get_absolute_url()": "AttributeError",
    "book.slug": "AttributeError",
    "book.author.books": "AttributeError",
    "book.author.book_set.first().review_set.count()": "",
    "print(book.pk, book.id, book.author_id, book.publisher_id, book._state.db, book._meta.db_table)": "",
    "book.slug = 'x'\nprint(book.slug)": "",
    "setattr(book, 'slug', 1)\nprint(book.slug)": "",
    "print(getattr(book, 'slug', None), hasattr(book, 'more'))": "",
    "getattr(book, 'slug')": "AttributeError",
    "try:\n    book.slug\nexcept AttributeError:\n    book.title": "",
    "try:\n    Book.objects.get(isbn='none')\nexcept Book.DoesNotExist:\n    pass": "",
    "Book.published_ones.all()": "AttributeError",
    "Book.STATES": "AttributeError",
    "Book.objects.in_print()": "AttributeError",
    "Book.objects.filter(stock=1).in_print()": "AttributeError",
    "list(Book.objects.db_manager('default').using('default').all())": "",
    "Book.objects.using('default').db_manager('default')": "AttributeError",
    "Book.objects.delete()": "AttributeError",
    "print(Book.objects.all().ordered, Book.objects.all().db, Book.objects.model, Book.objects.all().query)": "",
    "from django.core.paginator import Paginator\nfor page in Paginator(Book.objects.order_by('pk'), 2):\n"
    "    print(page.has_next(), page.number, page.paginator.count, [one.title for one in page])": "",
    "Book.objects.filter(slug='x')": "FieldError",
    "Book.objects.filter(author__slug='x')": "FieldError",
    "Book.objects.filter(author__book__review__slug__isnull=True)": "FieldError",
    "Book.objects.filter(title__nonsense='x')": "FieldError",
    "Book.objects.filter(author__nonsense='x')": "FieldError",
    "Book.objects.filter(Q(stock=1) | ~Q(slug='x'))": "FieldError",
    "Book.objects.filter(review_set__rating=1)": "FieldError",
    "list(Book.objects.filter(review__rating__gte=1, author__name__icontains='a', tags__in=[1], published__year=2000))": "",
    "list(Book.objects.filter(author__isnull=True, author_id__in=[1], pk__gt=1, author__pk=3, author__gt=0))": "",
    "list(Author.objects.filter(book__tags__name='x', book__isnull=False).exclude(book__review=None))": "",
    "list(Book.objects.annotate(n=Count('review')).filter(n__gt=1).order_by('-n', 'author__name', '?'))": "",
    "for one in Book.objects.annotate(n=Count('review')):\n    print(one.n)": "",
    "for one in Book.objects.annotate(Count('review')):\n    print(one.review__count)": "",
    "for one in Book.objects.extra(select={'m': '1'}):\n    print(one.m)": "",
    "for one in Book.objects.values('title', author_name=F('author__name')):\n    print(one['author_name'])": "",
    "list(Book.objects.values('title').annotate(n=Count('pk')).filter(n__gt=1).values_list('title', flat=True))": "",
    "Book.objects.order_by('slug')": "FieldError",
    "list(Book.objects.order_by('author__slug'))": "FieldError",
    "Book.objects.values('slug')": "FieldError",
    "Book.objects.values_list('author__slug', flat=True)": "FieldError",
    "Book.objects.update(slug='x')": "FieldDoesNotExist",
    "Book.objects.update(stock=F('slug'))": "FieldError",
    "Book.objects.update(stock=F('stock') + 1, author_id=2)": "",
    "Book(slug='x')": "TypeError",
    "Book.objects.create(slug='x')": "TypeError",
    "Book.objects.get_or_create(isbn='9', defaults={'slug': 'x'})": "FieldError",
    "Tag.objects.update_or_create(name='z', defaults={'name': 'y'})": "",
    "Tag(name='x', pk=77).save()": "",
    "book.tags.add(Tag.objects.create(name='b'))\nbook.tags.set([])\nbook.tags.through.objects.count()": "",
    "book.tags.nonsense()": "AttributeError",
    "book.review_set.create(body='x')": "",
    "def title(one):\n    return one.titel\ntitle(book)": "AttributeError",
    "[one.titel for one in Book.objects.all()]": "AttributeError",
    "some = {'a': Book}\nsome['a'].objects.first().titel": "AttributeError",
    "first, *rest = Book.objects.all()\nprint(rest)": "",
    "print(book.author._meta.get_field('name'), Book.__name__, book.__class__)": "",
    "book.refresh_from_db()\nbook.clean()\nprint(book.serializable_value('title'))": "",
}
CHANGES = (
    "Book.objects.update(stock=1)",
    "book.save()",
    "book.delete()",
    "author.delete()",
    "Author.objects.filter(name='Ada').delete()",
    "Tag.objects.all().delete()",
    "Review.objects.all().delete()",
    "Book.tags.through.objects.all().delete()",
    "book.tags.add(Tag.objects.create(name='b'))",
    "book.tags.set([Tag.objects.create(name='b')])",
    "book.tags.clear()",
    "Tag.objects.get(name='new').book_set.clear()",
    "book.review_set.update(rating=3)",
    "book.review_set.add(Review.objects.get(body='bad'), bulk=True)",
    "Tag.objects.bulk_create([Tag(name='x'), Tag(name='y')])",
    "Book.objects.bulk_update(list(Book.objects.all()), ['title'])",
    "Tag.objects.get_or_create(name='other')",
    "for one in Book.objects.iterator():\n    one.save(update_fields=['title'])",
)


def source(body: str) -> str:
    function = textwrap.indent(f"{HEAD}{body}\n", " " * 4)
    return f"def fill(apps, schema_editor):\n{function}\noperations = [migrations.RunPython(fill, migrations.RunPython.noop)]"


@pytest.fixture(autouse=True)
def _allow_connections(django_db_blocker: Any) -> Iterator[None]:
    with django_db_blocker.unblock():
        yield


@pytest.fixture(scope="module")
def database() -> Iterator[PostgreSQL]:
    server = running()
    with server.scratch() as dsn:
        yield PostgreSQL(server, dsn)


@pytest.fixture
def shop(database: PostgreSQL) -> Iterator[tuple[Any, ProjectState]]:
    """A connection to the bookshop with rows, and the state of its models; what is done to them does not stay."""
    wrapper, _ = identity.live_connection(database, "default")
    kept, state = connections["default"], ProjectState()
    connections["default"] = wrapper
    try:
        with transaction.atomic():
            for migration in (Accounts("0001_x", "accounts"), Bookshop("0001_x", APP)):
                with wrapper.schema_editor() as editor:
                    state = migration.apply(state, editor)
            with wrapper.cursor() as cursor:
                for row in ROWS:
                    cursor.execute(row)
            yield wrapper, state
            transaction.set_rollback(True)
    finally:
        connections["default"] = kept
        wrapper.close()


def raised(migration: Migration, shop: tuple[Any, ProjectState]) -> str:
    """The error with which the migration ends."""
    connection, state = shop
    try:
        with transaction.atomic(), connection.schema_editor() as editor:
            migration.apply(state.clone(), editor)
    except Exception as error:
        return next((cls.__name__ for cls in type(error).__mro__ if cls.__name__ in ERRORS), f"{type(error).__name__}: {error}")
    return ""


def test_django_raises_what_is_said(shop: tuple[Any, ProjectState]) -> None:
    wrong = {}
    for body, error in CASES.items():
        said = {found.message.rpartition(", and")[0].rpartition(" ")[2] for found in findings_of(RULES, source(body))}
        really = raised(example_migration(source(body)), shop)
        if really != error or said != ({error} if error else set()):
            wrong[body] = (error, really, said)
    assert wrong == {}, wrong


def test_a_model_of_a_migration_that_may_come_later(shop: tuple[Any, ProjectState]) -> None:
    rule = next(rule for rule in find_rules() if rule.id == "undeclared-dependency")
    connection, _ = shop
    before = Bookshop("0001_x", APP).mutate_state(ProjectState())  # `accounts` is not there yet
    assert [raised(example_migration(each), (connection, before)) for each in (rule.bad, rule.good)] == ["LookupError"] * 2
    assert example_migration(rule.good).dependencies == [(APP, "0001_x"), ("accounts", "0001_x")]


def test_whoever_writes_to_a_row_waits_for_the_update_of_all(database: PostgreSQL) -> None:
    rule = next(rule for rule in find_rules() if rule.id == "whole-table-update")
    import psycopg

    with database.server.scratch() as dsn, psycopg.connect(dsn, autocommit=True) as other:
        wrapper, _ = identity.live_connection(PostgreSQL(database.server, dsn), "default")
        kept, state = connections["default"], ProjectState()
        connections["default"] = wrapper
        try:
            for migration in (Accounts("0001_x", "accounts"), Bookshop("0001_x", APP)):
                with wrapper.schema_editor() as editor:
                    state = migration.apply(state, editor)
            with wrapper.cursor() as cursor:
                for row in ROWS:
                    cursor.execute(row)
            other.execute("SET lock_timeout = '100ms'")
            for source, waits in ((rule.bad, True), (rule.good, False)):
                example = example_migration(source)
                with wrapper.schema_editor(atomic=example.atomic) as editor:
                    example.apply(state.clone(), editor)
                    with pytest.raises(psycopg.errors.LockNotAvailable) if waits else nullcontext():
                        other.execute("UPDATE shop_book SET stock = stock + 1 WHERE id = 1")
        finally:
            connections["default"] = kept
            wrapper.close()


@contextmanager
def recorded(connection: Any) -> Iterator[list[str]]:
    sent: list[str] = []

    def take(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        sent.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(take):
        yield sent


def test_django_sends_what_was_read(shop: tuple[Any, ProjectState]) -> None:
    connection, _ = shop
    wrong = {}
    for body in CHANGES:
        with recorded(connection) as sent, transaction.atomic():
            assert raised(example_migration(source(body)), shop) == "", body
            transaction.set_rollback(True)
        really = {
            (action.kind, action.table)
            for text in sent
            for piece in split(text)
            for action in read(piece, load("postgresql"))
            if action.kind in (Kind.INSERT, Kind.UPDATE, Kind.DELETE)
        }
        (migration,) = impacts_of(source(body))
        said = {(change.kind, change.table) for change in changes(migration.impacts[0])}
        if said != really:
            wrong[body] = (said - really, really - said)
    assert wrong == {}
