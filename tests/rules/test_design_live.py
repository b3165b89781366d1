"""What the rules about design say, on servers: words, ends of keys, sizes, types, and who looks for what a key refers to."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import psycopg
import pymysql
import pytest
from psycopg import sql

from migration_lint import backends
from migration_lint.rules.duplicate_index import DuplicateIndex
from migration_lint.rules.foreign_key_without_index import ForeignKeyWithoutIndex
from migration_lint.testing import impacts_of
from tests.servers import MySQLServer, Server, absent, available

WORDS = sorted({word for vendor in backends.VENDORS for word in backends.load(vendor).reserved})
NEWER = {"system_user": 16}  # reserved on PostgreSQL from this version on


@pytest.fixture(scope="module")
def database() -> Iterator[psycopg.Connection]:
    server = available("postgresql@15")
    if not isinstance(server, Server):
        absent("postgresql@15", server)
    with server.scratch() as dsn, psycopg.connect(dsn, autocommit=True) as connection:
        yield connection


def test_reserved_words_of_postgresql(postgresql: Server) -> None:
    with psycopg.connect(postgresql.dsn) as connection:
        told = {word for (word,) in connection.execute("SELECT word FROM pg_get_keywords() WHERE catcode IN ('R', 'T')")}
        refused = set()
        for word in WORDS:
            try:
                with connection.transaction(force_rollback=True):
                    connection.execute(f"CREATE TEMP TABLE words ({word} integer)".encode())
            except (psycopg.errors.SyntaxError, psycopg.errors.UndefinedTable):  # LIKE asks for a table
                refused.add(word)
    assert refused == told
    assert backends.load("postgresql").reserved - {w for w, first in NEWER.items() if postgresql.version < (first,)} == told


def test_reserved_words_of_mariadb(mariadb: MySQLServer) -> None:
    refused = set()
    with mariadb.scratch() as name, mariadb.connect(name) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT lower(word) FROM information_schema.keywords")
        known = {word for (word,) in cursor.fetchall() if word.replace("_", "").isalnum()}
        for word in sorted(known | set(WORDS)):
            try:
                cursor.execute(f"CREATE TEMPORARY TABLE words (a integer, {word} integer)")
                cursor.execute("DROP TEMPORARY TABLE words")
            except pymysql.ProgrammingError:
                refused.add(word)
    assert refused == backends.load("mariadb").reserved


def test_reserved_words_of_sqlite() -> None:
    connection = sqlite3.connect(":memory:")
    refused = set()
    for word in WORDS:
        try:
            connection.execute(f"CREATE TABLE t ({word} integer, a_a integer)")
            connection.execute(f"SELECT {word} FROM t")
        except sqlite3.OperationalError:
            refused.add(word)
        connection.execute("DROP TABLE IF EXISTS t")
    connection.close()
    assert refused == backends.load("sqlite").reserved & set(WORDS)


@pytest.mark.parametrize(("kind", "last"), backends.load("postgresql").sizes["highest"].items())
def test_where_keys_end_on_postgresql(database: psycopg.Connection, kind: str, last: int) -> None:
    with database.transaction(force_rollback=True):
        database.execute(f"CREATE TABLE t (id {kind} PRIMARY KEY)".encode())
        database.execute("INSERT INTO t VALUES (%s)", [last])
        with pytest.raises(psycopg.errors.NumericValueOutOfRange):
            database.execute("INSERT INTO t VALUES (%s)", [last + 1])


def test_where_keys_end_on_mariadb(mariadb: MySQLServer) -> None:
    with mariadb.scratch() as name, mariadb.connect(name) as connection, connection.cursor() as cursor:
        for kind, last in backends.load("mariadb").sizes["highest"].items():
            cursor.execute(f"CREATE OR REPLACE TABLE t (id {kind} AUTO_INCREMENT PRIMARY KEY)")
            cursor.execute(f"INSERT INTO t VALUES ({last})")
            with pytest.raises(pymysql.MySQLError):  # the counter stays where it is: the key is there already
                cursor.execute("INSERT INTO t VALUES ()")


def test_text_that_does_not_fit_an_index(database: psycopg.Connection) -> None:
    most = backends.load("postgresql").sizes["btree_row"]
    insert = "INSERT INTO t SELECT string_agg(md5(n::text), '') FROM generate_series(1, 150) AS n"
    with database.transaction(force_rollback=True):
        database.execute("CREATE TABLE t (notes text)")
        database.execute("CREATE INDEX ON t USING hash (notes)")
        database.execute("CREATE INDEX ON t (md5(notes))")
        database.execute(sql.SQL(insert))
        database.execute("TRUNCATE t")
        database.execute("CREATE INDEX plain ON t (notes)")
        with pytest.raises(psycopg.errors.ProgramLimitExceeded, match=f"maximum {most} "):
            database.execute(sql.SQL(insert))


def test_json_cannot_be_compared(database: psycopg.Connection) -> None:
    with database.transaction(force_rollback=True):
        database.execute("CREATE TABLE t (a json, b jsonb)")
        database.execute("SELECT DISTINCT b FROM t")
        with pytest.raises(psycopg.errors.UndefinedFunction, match="could not identify an equality operator for type json"):
            database.execute("SELECT DISTINCT a FROM t")


def test_a_time_without_its_zone_depends_on_the_session(database: psycopg.Connection) -> None:
    with database.transaction(force_rollback=True):
        database.execute("CREATE TABLE t (a timestamp, b timestamptz)")
        for zone in ("UTC", "Asia/Tokyo"):
            database.execute(sql.SQL("SET LOCAL TimeZone = {}").format(zone))
            database.execute("INSERT INTO t VALUES (now(), now())")
        found = database.execute("SELECT count(DISTINCT a), count(DISTINCT b) FROM t").fetchone()
    assert found == (2, 1)


def bookshop(connection: psycopg.Connection, *sources: str) -> None:
    """The tables of the bookshop after the migrations."""
    *_, last = impacts_of(list(sources), "postgresql@15")
    made = [statement for impact in impacts_of(["operations = []"], "postgresql@15") for _, statement in impact.timeline]
    assert made == []
    for table in ("shop_author", "shop_book", "shop_review"):
        columns = ", ".join(
            f'"{c.name}" {c.type}{" PRIMARY KEY" if c.name == "id" else ""}' for c in last.before.tables[table].columns.values()
        )
        connection.execute(f"CREATE TABLE {table} ({columns})".encode())
    for _, statement in last.timeline:
        connection.execute(statement.sql.encode())


@pytest.mark.parametrize(
    ("source", "read"), [(ForeignKeyWithoutIndex.bad, 1), (ForeignKeyWithoutIndex.good, 0)], ids=["bad", "good"]
)
def test_deleting_what_nothing_finds_reads_the_table(database: psycopg.Connection, source: str, read: int) -> None:
    with database.transaction(force_rollback=True):
        bookshop(database, source)
        database.execute("INSERT INTO shop_author (id) SELECT generate_series(1, 2000)")
        database.execute("INSERT INTO shop_review (id, author_id) SELECT n, n FROM generate_series(1, 1900) AS n")
        database.execute("SET CONSTRAINTS ALL IMMEDIATE")
        count = "SELECT seq_scan FROM pg_stat_xact_user_tables WHERE relname = 'shop_review'"
        before = database.execute(count).fetchone()
        database.execute("DELETE FROM shop_author WHERE id = 2000")
        after = database.execute(count).fetchone()
    assert before is not None
    assert after is not None
    assert after[0] - before[0] == read


def test_a_needless_index_finds_nothing_that_the_other_does_not(database: psycopg.Connection) -> None:
    with database.transaction(force_rollback=True):
        bookshop(database, DuplicateIndex.bad)
        database.execute("CREATE INDEX other ON shop_book (sku)")
        database.execute("DROP INDEX book_sku_idx")
        database.execute("SET LOCAL enable_seqscan = off")
        plan = database.execute("EXPLAIN SELECT * FROM shop_book WHERE sku = 'x'").fetchall()
    assert "other" in str(plan)
