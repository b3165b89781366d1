"""SQLite's SQL → actions, and its literals as the library spells bound parameters."""

from __future__ import annotations

import datetime
import sqlite3
from decimal import Decimal
from typing import Any

import pytest

from migration_lint.backends import load
from migration_lint.sql.lexer import SQLITE, LexError, split
from migration_lint.sql.read import read
from migration_lint.sql.vendors.sqlite import sqlite_literal
from migration_lint.types import Action

BACKEND = load("sqlite")


def actions(sql: str) -> list[Action]:
    return [action for piece in split(sql, SQLITE) for action in read(piece, BACKEND)]


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("INSERT OR REPLACE INTO t (a) VALUES (1)", [("insert", "t", None)]),
        ("REPLACE INTO t SELECT * FROM u", [("insert", "t", None), ("select", "u", None)]),
        ("UPDATE OR IGNORE t SET a = replace(a, 'x', 'y')", [("update", "t", None)]),
        ("INSERT INTO t (a) VALUES (1) ON CONFLICT (a) DO UPDATE SET b = 1", [("insert", "t", None)]),
        ("PRAGMA main.foreign_keys = OFF", [("set", None, "foreign_keys")]),
        ("PRAGMA table_info('x')", [("server command", None, "pragma table_info")]),
        ("ALTER TABLE `my t` RENAME a TO [b c]", [("rename column", "my t", "a")]),
        ("CREATE TEMP TABLE x (a, b)", [("create table", "x", None)]),
        ("CREATE TABLE x (a UNIQUE ON CONFLICT IGNORE, PRIMARY KEY (a) ON CONFLICT FAIL) WITHOUT ROWID, STRICT", [("create table", "x", None)]),
        ("CREATE VIRTUAL TABLE ft USING fts5(a, b, content='t')", [("create table as", "ft", None)]),
        (
            "CREATE TEMP TRIGGER IF NOT EXISTS g AFTER UPDATE OF a ON t BEGIN UPDATE u SET x = CASE WHEN 1 THEN 2 END; DELETE FROM v; END; DROP TRIGGER g",
            [("create trigger", "t", "g"), ("drop trigger", None, "g")],
        ),
        ("VACUUM INTO 'copy'; VACUUM; REINDEX; REINDEX t; ANALYZE", [("vacuum", None, None)] * 2 + [("reindex", None, None), ("reindex", "t", None), ("analyze", None, None)]),
        ("ATTACH DATABASE 'f' AS x; DETACH x", [("server command", None, "attach"), ("server command", None, "detach")]),
        ("BEGIN IMMEDIATE; END", [("transaction control", None, "begin"), ("transaction control", None, "end")]),
    ],
)  # fmt: skip
def test_statements(sql: str, expected: list[tuple[str, str | None, str | None]]) -> None:
    assert [(str(action.kind), action.table, action.name) for action in actions(sql)] == expected


def test_columns() -> None:
    sql = """CREATE TABLE t (id INTEGER PRIMARY KEY, n int PRIMARY KEY DESC, u unsigned big int DEFAULT (1), p decimal(10, 2) NULL,
        d AS (a + 1), e text GENERATED ALWAYS AS (lower(x)) STORED, "b" varchar (5) COLLATE NOCASE NOT NULL, c)"""
    columns = actions(sql)[0].definition["columns"]
    assert [(c.name, str(c.type or ""), c.identity, c.generated, c.not_null) for c in columns] == [
        ("id", "integer", True, None, True),
        ("n", "int", False, None, True),
        ("u", "unsigned big int", False, None, False),
        ("p", "decimal(10, 2)", False, None, False),
        ("d", "", False, "virtual", False),
        ("e", "text", False, "stored", False),
        ("b", "varchar(5)", False, None, True),
        ("c", "", False, None, False),
    ]


@pytest.mark.parametrize("sql", ["SELECT 'a", 'SELECT "a', "SELECT [a", "SELECT `a"])
def test_an_open_quote_is_refused(sql: str) -> None:
    with pytest.raises(LexError):
        split(sql, SQLITE)


@pytest.mark.parametrize(
    "value",
    [
        None, 0, -5, 2**40, True, False, 1.5, -0.25, 1e300, 1e-7, 3.0, 0.1, "", "it's", "ünï — 😀", "a\nb\\", b"", b"ab\x00\xff'", bytearray(b"x"),
        datetime.date(2020, 1, 2), datetime.datetime(2020, 1, 2, 3, 4, 5, 6), Decimal("1.50"),
    ],
    ids=repr,
)  # fmt: skip
def test_literals(value: Any) -> None:
    import django.db.backends.sqlite3.base  # noqa: F401 registers its adapters

    connection = sqlite3.connect(":memory:")
    seen: list[str] = []
    connection.set_trace_callback(seen.append)
    connection.execute("SELECT ?", [value])
    connection.close()
    assert seen == [f"SELECT {sqlite_literal(value)}"]
