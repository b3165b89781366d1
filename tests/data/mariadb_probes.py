"""The schema that the probes in mariadb.toml run on, and what an offline server says to a probe."""

from __future__ import annotations

from collections.abc import Sequence

from migration_lint.backends import Fact
from migration_lint.effects import choices
from migration_lint.sql.lexer import split
from migration_lint.sql.read import read
from migration_lint.sql.resolve import beside_column, resolve
from migration_lint.sql.server import Server
from migration_lint.types import Statement, Target

SCHEMA = (
    "CREATE TABLE author (id bigint AUTO_INCREMENT NOT NULL PRIMARY KEY, name varchar(100) NOT NULL)",
    "CREATE TABLE tag (id bigint AUTO_INCREMENT NOT NULL PRIMARY KEY, name varchar(50) NOT NULL)",
    """CREATE TABLE book (
        id bigint AUTO_INCREMENT NOT NULL PRIMARY KEY,
        author_id bigint NOT NULL,
        title varchar(50) NOT NULL,
        label varchar(31) NOT NULL,
        summary varchar(100) NOT NULL,
        sku varchar(50) NOT NULL,
        isbn varchar(20) NOT NULL,
        notes longtext NOT NULL,
        qty int NOT NULL,
        plain bigint NOT NULL,
        price decimal(10, 2) NOT NULL,
        created datetime(6) NOT NULL,
        maybe int NULL,
        shelf int NOT NULL,
        slot int NOT NULL,
        state enum('new', 'used') NOT NULL,
        CONSTRAINT book_isbn UNIQUE (isbn),
        CONSTRAINT book_qty CHECK (plain > 0),
        CONSTRAINT book_author FOREIGN KEY (author_id) REFERENCES author (id)
    )""",
    "CREATE INDEX book_sku ON book (sku)",
    "CREATE INDEX book_shelf ON book (shelf, slot)",
    """CREATE TABLE review (
        id bigint NOT NULL PRIMARY KEY,
        book_id bigint NOT NULL,
        body varchar(100) NOT NULL,
        CONSTRAINT review_book FOREIGN KEY (book_id) REFERENCES book (id)
    )""",
    """CREATE TABLE book_tag (
        id bigint NOT NULL PRIMARY KEY,
        book_id bigint NOT NULL,
        tag_id bigint NOT NULL,
        CONSTRAINT book_tag_book FOREIGN KEY (book_id) REFERENCES book (id)
    )""",
    """CREATE TABLE legacy (
        id int NOT NULL PRIMARY KEY,
        western varchar(20) CHARACTER SET latin1 NOT NULL,
        narrow varchar(20) NOT NULL,
        wide varchar(80) NOT NULL
    ) CHARACTER SET utf8mb3""",
    "CREATE TABLE plain (id bigint NOT NULL, t text NOT NULL)",
)

ROWS = (
    "INSERT INTO author (name) SELECT concat('a', seq) FROM seq_1_to_100",
    "INSERT INTO tag (name) SELECT concat('t', seq) FROM seq_1_to_100",
    """INSERT INTO book (author_id, title, label, summary, sku, isbn, notes, qty, plain, price, created, maybe, shelf, slot, state)
        SELECT seq MOD 100 + 1, seq, seq, seq, seq, seq, 'notes', seq, seq MOD 100 + 1, seq, '2020-01-01', seq, seq, seq, 'new'
        FROM seq_1_to_200""",
    "INSERT INTO review SELECT seq, seq, 'body' FROM seq_1_to_200",
    "INSERT INTO book_tag SELECT seq, seq, seq MOD 100 + 1 FROM seq_1_to_200",
    "INSERT INTO legacy SELECT seq, seq, seq, seq FROM seq_1_to_200",
    "INSERT INTO plain SELECT seq, 'text' FROM seq_1_to_200",
)

BEFORE, NOW = ("shop", "0001_initial"), ("shop", "0002_probe")


def prepared(vendor: str, version: tuple[int, ...], setup: Sequence[str] = (), schema: Sequence[str] = SCHEMA) -> Server:
    """An offline server that has the schema and the setup."""
    server = Server(Target("default", vendor, version))
    server.begin_migration(BEFORE)
    for sql in (*schema, *setup):
        server.send(sql)
    server.begin_migration(NOW)
    return server


def sent(fact: Fact, version: tuple[int, ...], vendor: str = "mariadb") -> Statement:
    """The fact's probe as the offline server takes it."""
    assert fact.probe is not None
    server = prepared(vendor, version, fact.setup)
    server.send(fact.probe)
    assert not server.errors, server.errors
    (statement,) = server.statements
    return statement


def exercised(fact: Fact, version: tuple[int, ...], vendor: str = "mariadb") -> set[tuple[str, str | None]]:
    """The facts that hold while the probe is sent, with their relations; those that say nothing happens are among them."""
    server = prepared(vendor, version, fact.setup)
    found = set()
    (piece,) = split(fact.probe or "", server.backend.dialect)
    for whole in beside_column(read(piece, server.backend)):
        for action in resolve(whole, server.catalog):
            for choice in choices(action, server.catalog, server.backend, version, NOW):
                found.add((choice.fact.id, choice.name))
            server.catalog = server.fold(server.catalog, action)
    return found
