"""What the rules about transactions say, done with Django on a PostgreSQL with rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from tests.applied import Shop, shop
from tests.servers import Server, running


@pytest.fixture(scope="module")
def database(django_db_blocker: Any) -> Iterator[Shop]:
    """One for all the tests here. Each leaves the schema as it was, because what it applies fails or is rolled back."""
    with django_db_blocker.unblock(), shop(running()) as found:
        yield found


CONTROL = """
operations = [
    migrations.RunSQL("UPDATE shop_book SET stock = {number}"),
    migrations.RunSQL("{sql}"),
    migrations.RunSQL("SELECT broken"),
]
"""


@pytest.mark.parametrize(
    ("sql", "stays"),
    [
        ("COMMIT", True),
        ("BEGIN; SELECT 1; END", True),
        ("BEGIN", False),
        ("SAVEPOINT a; ROLLBACK TO SAVEPOINT a", False),
    ],
)
def test_a_commit_ends_djangos_transaction(database: Shop, sql: str, stays: bool) -> None:
    number = 1000 + len(sql)
    assert database.migrate(CONTROL.format(number=number, sql=sql)) == 'column "broken" does not exist'
    assert (database.rows("SELECT max(stock) FROM shop_book") == [(number,)]) is stays


def test_a_rollback_is_not_noticed(database: Shop) -> None:
    assert database.migrate(CONTROL.format(number=1, sql="ROLLBACK").replace("broken", "1")) is None
    assert database.rows("SELECT count(*) FROM shop_book WHERE stock = 1 AND id = 2") == [(0,)]


def test_a_block_cannot_commit(database: Shop) -> None:
    assert database.migrate(CONTROL.format(number=1, sql="DO $$ BEGIN COMMIT; END $$")) == "invalid transaction termination"


def test_what_is_begun_and_not_ended_is_lost(database: Shop) -> None:
    sources = CONTROL.format(number=77, sql="SELECT 1").replace("broken", "1").replace("[", '[migrations.RunSQL("BEGIN"),', 1)
    assert database.migrate(f"atomic = False\n{sources}") is None
    assert database.rows("SELECT max(stock) FROM shop_book") == [(77,)]
    database.wrapper.close()
    assert database.rows("SELECT count(*) FROM shop_book WHERE stock = 77") == [(0,)]


MOOD = """CREATE TYPE mood AS ENUM ('sad'); ALTER TABLE shop_book ADD mood mood"""


@pytest.mark.parametrize(
    ("use", "works"),
    [
        ("UPDATE shop_book SET mood = 'calm' WHERE false", False),
        ("CREATE INDEX i ON shop_book (id) WHERE mood = 'calm'", False),
        ("CREATE TABLE other (mood mood DEFAULT 'calm')", False),
        ("CREATE VIEW v AS SELECT 'calm'::mood", False),
        ("CREATE FUNCTION f() RETURNS mood LANGUAGE sql AS $$ SELECT 'calm'::mood $$", False),
        ("DO $$ BEGIN UPDATE shop_book SET mood = 'calm'; END $$", False),
        ("CREATE FUNCTION f() RETURNS mood LANGUAGE plpgsql AS $$ BEGIN RETURN 'calm'; END $$", True),
        ("ALTER TYPE mood RENAME VALUE 'calm' TO 'quiet'", True),
        ("UPDATE shop_review SET body = 'calm' WHERE false", True),
    ],
)
def test_a_new_value_of_an_enum(database: Shop, use: str, works: bool) -> None:
    sent = (MOOD, "ALTER TYPE mood ADD VALUE 'calm'", use, "SELECT broken")
    error = database.migrate("operations = [" + ", ".join(f"migrations.RunSQL({sql!r})" for sql in sent) + "]")
    assert error == ('column "broken" does not exist' if works else 'unsafe use of new value "calm" of enum type mood')


def test_a_new_value_of_a_new_enum(postgresql: Server) -> None:
    """The version from which it can be used."""
    import psycopg

    sent = ("CREATE TYPE mood AS ENUM ('sad')", "ALTER TYPE mood ADD VALUE 'calm'", "CREATE TABLE t (m mood DEFAULT 'calm')")
    with postgresql.scratch() as dsn, psycopg.connect(dsn) as connection:
        for sql in sent[:2]:
            connection.execute(sql)
        if postgresql.version >= (17,):
            connection.execute(sent[2])
        else:
            with pytest.raises(psycopg.errors.UnsafeNewEnumValueUsage):
                connection.execute(sent[2])


def test_a_failed_concurrent_build(database: Shop) -> None:
    """What a run that is cancelled leaves, and what the next runs make of it."""
    build = "CREATE INDEX CONCURRENTLY {} ON shop_book ((1 / (stock - 4711)))"
    source = "atomic = False\noperations = [migrations.RunSQL({!r})]"
    valid = "SELECT indisvalid FROM pg_index WHERE indexrelid = 'i'::regclass"
    database.rows("UPDATE shop_book SET stock = 4711 WHERE id = 1")
    assert database.migrate(source.format(build.format("i"))) == "division by zero"
    assert database.rows(valid) == [(False,)]
    database.rows("UPDATE shop_book SET stock = 1")
    assert database.migrate(source.format(build.format("i"))) == 'relation "i" already exists'
    assert database.migrate(source.format(build.format("IF NOT EXISTS i"))) is None
    assert database.rows(valid) == [(False,)]
    assert database.migrate(source.format(["DROP INDEX CONCURRENTLY IF EXISTS i", build.format("i")])) is None
    assert database.rows(valid) == [(True,)]
    database.rows("DROP INDEX i")


@pytest.mark.parametrize(
    ("sent", "waits"),
    [
        (("UPDATE shop_review SET rating = 1", "ALTER TABLE shop_book ADD x int"), "UPDATE shop_review SET rating = 2"),
        (("CREATE INDEX i ON shop_book (stock)", "UPDATE shop_review SET rating = 1"), "UPDATE shop_book SET stock = 1"),
        (("INSERT INTO shop_tag (name) VALUES ('x')", "ALTER TABLE shop_book ADD x int"), None),
    ],
)
def test_rows_and_schema_in_one_transaction(database: Shop, sent: tuple[str, ...], waits: str | None) -> None:
    """The first lock is held while the second thing is done; new rows are in nobody's way."""
    import psycopg

    with psycopg.connect(**database.parameters) as other, transaction.atomic():
        for statement in sent:
            database.rows(statement)
        other.execute("SET lock_timeout = 50")
        if waits is None:
            other.execute("UPDATE shop_tag SET name = 'y'")
        else:
            with pytest.raises(psycopg.errors.LockNotAvailable):
                other.execute(waits)
        transaction.set_rollback(True)


WRITTEN = """
def write(apps, schema_editor):
    apps.get_model("shop", "Book").objects.create(
        author_id=1, title="A", sku="x", isbn="{sql:.9}", price=1, stock=9, notes="", publisher_id=None
    )

operations = [migrations.RunSQL("ALTER TABLE shop_book {sql}"), migrations.RunPython(write)]
"""


@pytest.mark.parametrize(
    ("sql", "error"),
    [
        ("DROP notes", 'column "notes" of relation "shop_book" does not exist'),
        (
            "ADD x int NOT NULL DEFAULT 1; ALTER TABLE shop_book ALTER x DROP DEFAULT",
            'null value in column "x" of relation "shop_book" violates not-null constraint',
        ),
        ("ADD x int NOT NULL DEFAULT 1", None),
        ("ADD x int", None),
        (
            "ALTER publisher_id SET NOT NULL",
            'null value in column "publisher_id" of relation "shop_book" violates not-null constraint',
        ),
    ],
)
def test_what_django_makes_of_a_table_that_is_changed_behind_its_back(database: Shop, sql: str, error: str | None) -> None:
    database.rows("UPDATE shop_book SET publisher_id = 1")
    assert database.attempt(WRITTEN.format(sql=sql)) == error
