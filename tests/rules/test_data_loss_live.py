"""What the rules about data loss and ways back say, done on servers with rows: it fails, it loses, or it goes through."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from migration_lint.rules import find_rules
from migration_lint.testing import findings_of, impacts_of
from tests import bookshop
from tests.servers import MySQLServer, Server

RULES = {rule.id: rule for rule in find_rules() if rule.category in ("data-loss", "reversibility")}
FAILS, LATER, LOSES = "fails-on-existing-rows", "reverse-fails-on-rows", "silent-truncation"
ROWS = (
    "INSERT INTO shop_author (id, name, code) VALUES (1, 'Ada', 'a'), (2, 'Ben', 'b')",
    "INSERT INTO shop_book (id, author_id, title, sku, isbn, price, stock, notes) VALUES (1, 1, 'A', 'x', '1', 1, 1, 'one')",
    "INSERT INTO shop_book (id, author_id, title, sku, isbn, price, stock, notes) VALUES (2, 2, 'B', 'y', '2', 2, 2, 'two')",
    "INSERT INTO shop_review (id, book_id, body, rating) VALUES (1, 1, 'good', 5)",
)
TABLES = ("shop_review", "shop_book_tags", "shop_book", "shop_author")
# The rule, the operation, and what has to be done to the rows before it fails; nothing where any row is enough.
FAILING = {
    "unique": (FAILS, 'migrations.AlterField("book", "sku", models.CharField(max_length=50, unique=True))', "UPDATE shop_book SET sku = 'x'"),
    "unique together": (FAILS, 'migrations.AlterUniqueTogether("book", {("title", "stock")})', "UPDATE shop_book SET title = 'A', stock = 1"),
    "unique of a default": (FAILS, 'migrations.AddField("book", "code", models.CharField(max_length=9, default="-", unique=True))', ""),
    "not null": (FAILS, 'migrations.AlterField("review", "rating", models.IntegerField())', "UPDATE shop_review SET rating = NULL"),
    "key": (FAILS, 'migrations.RunSQL("ALTER TABLE shop_book ADD FOREIGN KEY (publisher_id) REFERENCES shop_author (id)", "")', "UPDATE shop_book SET publisher_id = 9"),
    "check": (FAILS, 'migrations.AddConstraint("book", models.CheckConstraint(condition=models.Q(stock__gte=0), name="c"))', "UPDATE shop_book SET stock = -1"),
    "shorter": (FAILS, 'migrations.AlterField("book", "title", models.CharField(max_length=3))', "UPDATE shop_book SET title = 'long'"),
    "smaller": (FAILS, 'migrations.AlterField("book", "stock", models.SmallIntegerField())', "UPDATE shop_book SET stock = 40000"),
    "fewer digits": (FAILS, 'migrations.AlterField("book", "price", models.DecimalField(max_digits=4, decimal_places=2))', "UPDATE shop_book SET price = 100"),
    "unreadable": (FAILS, 'migrations.AlterField("book", "notes", models.IntegerField())', "UPDATE shop_book SET notes = 'x'"),
}  # fmt: skip
ON_POSTGRESQL_ALONE = {
    "new column": (FAILS, 'migrations.RunSQL("ALTER TABLE shop_book ADD COLUMN pages integer NOT NULL", "")', ""),
    "view": ("view-depends-on-column", 'migrations.AlterField("book", "title", models.CharField(max_length=200))', "CREATE VIEW v AS SELECT title FROM shop_book"),
}  # fmt: skip
# The rule, the operation, a value beforehand, and the query that shows what has become of it.
LOSING = {
    "text": ('migrations.AlterField("book", "notes", models.CharField(max_length=3))', "UPDATE shop_book SET notes = 'long'", "SELECT notes FROM shop_book WHERE id = 1", "lon"),
    "rounded": ('migrations.AlterField("book", "price", models.DecimalField(max_digits=10, decimal_places=1))', "UPDATE shop_book SET price = 1.25", "SELECT CAST(price AS char(5)) FROM shop_book WHERE id = 1", "1.3  "),
    "digits": ('migrations.AlterField("book", "stock", models.CharField(max_length=2))', "UPDATE shop_book SET stock = 12345", "SELECT stock FROM shop_book WHERE id = 1", "12"),
}  # fmt: skip
UNDONE = {
    "required column": (LATER, 'migrations.RemoveField("book", "stock")', "", True),
    "with a default": (LATER, 'migrations.AlterField("book", "stock", models.IntegerField(default=0)), migrations.RemoveField("book", "stock")', "", False),
    "wider": (LATER, 'migrations.AlterField("book", "title", models.CharField(max_length=200))', "UPDATE shop_book SET title = repeat('x', 150)", True),
    "cut": ("reverse-loses-data", 'migrations.AlterField("book", "title", models.TextField())', "UPDATE shop_book SET title = repeat('x', 150)", False),
}  # fmt: skip


def rules_in(source: str, target: str) -> set[str]:
    found = findings_of(list(RULES.values()), source, target)
    return {rule for finding in found for rule in (finding.rule, *finding.also)}


@pytest.fixture(scope="module")
def shop(postgresql: Server) -> Iterator[Any]:
    import psycopg

    with postgresql.scratch() as dsn, psycopg.connect(dsn, autocommit=True) as connection:
        for statement in bookshop.statements("postgresql@15"):
            connection.execute(statement)
        for row in ROWS:
            connection.execute(row)
        yield connection


def outcome(shop: Any, source: str, before: str, query: str = "", between: str = "", back: bool = False) -> str:
    """How a migration over the shop ends, which is then as it was: fails, done, or what the query finds."""
    import psycopg

    (migration,) = impacts_of(source, "postgresql@15")
    with shop.transaction(force_rollback=True):
        if before:
            shop.execute(before)
        try:
            with shop.transaction():
                for _, statement in migration.timeline:
                    shop.execute(statement.sql)
                if back:
                    undone = migration.undone()
                    assert undone is not None
                    if between:
                        shop.execute(between)
                    for _, statement in undone.timeline:
                        shop.execute(statement.sql)
                return str(shop.execute(query).fetchone()[0]) if query else "done"
        except psycopg.Error:
            return "fails"


@pytest.mark.parametrize("case", [*FAILING, *ON_POSTGRESQL_ALONE])
def test_postgresql_fails_on_rows(case: str, shop: Any) -> None:
    rule, operation, rows = {**FAILING, **ON_POSTGRESQL_ALONE}[case]
    if case == "view":
        operation = f"migrations.RunSQL({rows!r}, ''), {operation}"
        rows = ""
    source = f"operations = [{operation}]"
    assert rule in rules_in(source, "postgresql@15")
    if rows and case != "unreadable":
        assert outcome(shop, source, "") == "done"
    assert outcome(shop, source, rows) == "fails"


@pytest.mark.parametrize("case", LOSING)
def test_postgresql_loses_silently(case: str, shop: Any) -> None:
    operation, rows, query, left = LOSING[case]
    source = f"operations = [{operation}]"
    assert LOSES in rules_in(source, "postgresql@15")
    assert outcome(shop, source, rows, query) == left


@pytest.mark.parametrize("case", UNDONE)
def test_postgresql_goes_back(case: str, shop: Any) -> None:
    rule, operation, between, fails = UNDONE[case]
    source = f"operations = [{operation}]"
    assert (rule in rules_in(source, "postgresql@15")) is (case != "with a default")
    assert outcome(shop, source, "", between=between, back=True) == ("fails" if fails else "done")


def test_postgresql_drops_dependents_silently(shop: Any) -> None:
    view = 'migrations.RunSQL("CREATE VIEW v AS SELECT id, stock FROM shop_book", "")'
    drop = 'migrations.RunSQL("ALTER TABLE shop_book DROP COLUMN stock CASCADE", "")'
    assert "dependent-objects-dropped" in rules_in(f"operations = [{view}, {drop}]", "postgresql@15")
    assert outcome(shop, f"operations = [{view}, {drop}]", "", "SELECT to_regclass('v') IS NULL") == "True"


def test_one_value_for_all(shop: Any) -> None:
    unique = (
        "import uuid\noperations = [migrations.AddField('book', 'token', models.UUIDField(default=uuid.uuid4, unique=True))]"
    )
    plain = unique.replace(", unique=True", "")
    assert outcome(shop, plain, "", "SELECT count(DISTINCT token) FROM shop_book") == "1"
    assert outcome(shop, unique, "") == "fails"
    (found,) = findings_of(RULES["one-default-for-all-rows"], unique)
    assert str(found.severity) == "error"


def test_mariadb_fails_on_rows(mariadb: MySQLServer) -> None:
    import pymysql

    went_through = []
    with mariadb.scratch() as name, mariadb.connect(name) as connection, connection.cursor() as cursor:
        for statement in bookshop.statements("mariadb@10.11"):
            cursor.execute(statement)
        for case, (rule, operation, rows) in FAILING.items():
            source = f"operations = [{operation}]"
            assert rule in rules_in(source, "mariadb@10.11")
            for sql in (*(f"DELETE FROM {table}" for table in TABLES), *ROWS, *filter(None, [rows])):
                cursor.execute(sql)
            (migration,) = impacts_of(source, "mariadb@10.11")
            try:
                run(cursor, [statement.sql for _, statement in migration.timeline])
            except pymysql.Error:
                continue
            went_through.append(case)
    assert went_through == []


def run(cursor: Any, texts: list[str]) -> None:
    for sql in texts:
        cursor.execute(sql)


def test_mariadb_breaks_views(mariadb: MySQLServer) -> None:
    import pymysql

    view, drop = "CREATE VIEW v AS SELECT id, stock FROM shop_book", "ALTER TABLE shop_book DROP COLUMN stock"
    source = f"operations = [migrations.RunSQL({view!r}, ''), migrations.RunSQL({drop!r}, '')]"
    assert "view-depends-on-column" in rules_in(source, "mariadb@10.11")
    with mariadb.scratch() as name, mariadb.connect(name) as connection, connection.cursor() as cursor:
        for sql in (*bookshop.statements("mariadb@10.11"), view, drop):
            cursor.execute(sql)
        with pytest.raises(pymysql.Error, match="1356"):
            cursor.execute("SELECT * FROM v")


@pytest.mark.parametrize("case", ["unique", "not null", "check", "shorter"])
def test_sqlite_fails_on_rows_but_for_lengths(case: str) -> None:
    rule, operation, rows = FAILING[case]
    source = f"operations = [{operation}]"
    assert (rule in rules_in(source, "sqlite@3.40")) is (case != "shorter")
    (migration,) = impacts_of(source, "sqlite@3.40")
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        for sql in (*bookshop.statements("sqlite@3.40"), *ROWS, rows):
            connection.execute(sql)
        texts = [statement.sql for _, statement in migration.timeline]
        if case == "shorter":
            run(connection, texts)
        else:
            with pytest.raises(sqlite3.IntegrityError):
                run(connection, texts)
