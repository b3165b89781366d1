"""The schema that the probes in sqlite.toml run on, and what an offline server says to a probe."""

from __future__ import annotations

from collections.abc import Sequence

from migration_lint.backends import Fact
from migration_lint.effects import choices
from migration_lint.sql.lexer import SQLITE, split
from migration_lint.sql.read import read
from migration_lint.sql.server import Server
from migration_lint.types import Statement, Target

SCHEMA = (
    "CREATE TABLE author (id integer NOT NULL PRIMARY KEY AUTOINCREMENT, name varchar(100) NOT NULL)",
    "CREATE TABLE tag (id integer NOT NULL PRIMARY KEY AUTOINCREMENT, name varchar(50) NOT NULL)",
    """CREATE TABLE book (
        id integer NOT NULL PRIMARY KEY AUTOINCREMENT,
        title varchar(100) NOT NULL,
        sku varchar(50) NOT NULL,
        isbn varchar(20) NOT NULL UNIQUE,
        qty integer NOT NULL,
        maybe integer
    )""",
    "CREATE INDEX book_sku ON book (sku)",
    "CREATE TABLE review (id integer PRIMARY KEY, book_id integer NOT NULL REFERENCES book (id), body text NOT NULL)",
    "CREATE TABLE empty_table (id integer PRIMARY KEY)",
)

NUMBERS = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {})"
MARK = "a row of the table book"  # tells its pages in the file
ROWS = (
    f"INSERT INTO author (name) {NUMBERS.format(1000)} SELECT 'a' || i FROM n",
    f"INSERT INTO tag (name) {NUMBERS.format(1000)} SELECT 't' || i FROM n",
    f"""INSERT INTO book (title, sku, isbn, qty, maybe)
        {NUMBERS.format(3000)} SELECT '{MARK} ' || i, 'sku' || (i * 7919 % 3000), 'isbn' || i, i, nullif(i % 2, 0) FROM n""",
    f"INSERT INTO review {NUMBERS.format(3000)} SELECT i, i, 'body' FROM n",
)

BEFORE, NOW = ("shop", "0001_initial"), ("shop", "0002_probe")


def prepared(version: tuple[int, ...], setup: Sequence[str] = ()) -> Server:
    """An offline server that has the schema and the setup; what the setup makes belongs to the probe's own migration."""
    server = Server(Target("default", "sqlite", version))
    server.begin_migration(BEFORE)
    for sql in SCHEMA:
        server.send(sql)
    server.begin_migration(NOW)
    for sql in setup:
        server.send(sql)
    server.begin_migration(NOW)
    return server


def sent(fact: Fact, version: tuple[int, ...]) -> Statement:
    """The fact's probe as the offline server takes it."""
    assert fact.probe is not None
    server = prepared(version, fact.setup)
    server.send(fact.probe)
    assert not server.errors, server.errors
    (statement,) = server.statements
    return statement


def exercised(fact: Fact, version: tuple[int, ...]) -> set[tuple[str, str | None]]:
    """The facts that hold while the probe is sent, with their relations; those that say nothing happens are among them."""
    server = prepared(version, fact.setup)
    found = set()
    (piece,) = split(fact.probe or "", SQLITE)
    for action in read(piece, server.backend):
        for choice in choices(action, server.catalog, server.backend, version, NOW):
            found.add((choice.fact.id, choice.name))
        server.catalog = server.fold(server.catalog, action)
    return found
