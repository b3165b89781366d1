"""What a database does not have of others' statements it refuses, and the linter does not take for something else."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing

import pymysql
import pytest

from migration_lint import backends
from migration_lint.sql.lexer import split
from migration_lint.sql.read import read
from migration_lint.sql.read.cursor import Unread
from tests.servers import MySQLServer


def spelled(phrase: str) -> str:
    return f"{phrase.replace('…', 't')} x"


def phrases(vendor: str) -> list[str]:
    return list(backends.load(vendor).server["has_no"])


@pytest.mark.parametrize("phrase", phrases("sqlite"))
def test_sqlite_refuses_it_as_it_begins(phrase: str) -> None:
    text = spelled(phrase)
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        connection.execute("CREATE TABLE t (x int)")
        with pytest.raises(sqlite3.OperationalError) as refused:
            connection.execute(text)
    word = re.fullmatch(r'near "(.+)": syntax error', str(refused.value))
    assert word is not None, refused.value
    assert re.search(rf"\b{re.escape(word[1])}\b", text) is not None
    assert word[1] in [*phrase.split(), "t"] or phrase in ("vacuum analyze", "vacuum full"), refused.value


def test_mariadb_refuses_each_as_it_begins(mariadb: MySQLServer) -> None:
    with mariadb.scratch() as database, mariadb.connect() as connection, connection.cursor() as cursor:
        cursor.execute(f"USE {database}")
        cursor.execute("CREATE TABLE t (x int)")
        wrong = []
        for phrase in phrases("mariadb"):
            text = spelled(phrase)
            with pytest.raises(pymysql.ProgrammingError) as refused:
                cursor.execute(text)
            number, message = refused.value.args
            near = re.search(r"near '(.*)' at line", message)
            if number != 1064 or near is None or text.rindex(near[1]) > len(text) - len("x"):
                wrong.append((text, message))
        assert wrong == []


def test_mysql_has_what_mariadb_has() -> None:
    assert phrases("mysql") == phrases("mariadb")


@pytest.mark.parametrize("vendor", ["mysql", "mariadb", "sqlite", "oracle"])
def test_what_is_foreign_is_not_read(vendor: str) -> None:
    backend = backends.load(vendor)
    for phrase in phrases(vendor):
        (piece,) = split(spelled(phrase).upper(), backend.dialect)
        with pytest.raises(Unread, match=f"{backend.name} has no {re.escape(phrase.upper().removesuffix(' …'))}"):
            read(piece, backend)


@pytest.mark.parametrize(
    ("vendor", "text"),
    [
        ("mariadb", "CREATE INDEX concurrently ON t (x)"),
        ("mariadb", "ALTER TABLE t ADD COLUMN owner int"),
        ("mariadb", "CREATE TABLE cluster (x int)"),
        ("sqlite", "CREATE INDEX concurrently ON t (x)"),
        ("sqlite", "ALTER TABLE t ADD COLUMN c int"),
        ("sqlite", "ALTER TABLE t RENAME COLUMN x TO alter_"),
        ("sqlite", "VACUUM"),
        ("sqlite", "REINDEX t"),
        ("oracle", "COMMENT ON TABLE t IS 'x'"),
    ],
)
def test_what_looks_like_it_is_read(vendor: str, text: str) -> None:
    backend = backends.load(vendor)
    (piece,) = split(text, backend.dialect)
    assert read(piece, backend)
