"""The limits of the fact files on servers that answer, and the examples of the rules about them on every PostgreSQL."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from migration_lint import Rule
from migration_lint.backends import Limit
from migration_lint.rules import find_rules
from migration_lint.testing import impacts_of
from tests import bookshop
from tests.bookshop import RefusedError, matches
from tests.data.limits import limits
from tests.servers import MySQLServer, Server

Execute = Callable[[str], None]
EXAMPLES = [
    rule
    for rule in find_rules()
    if rule.category == "limits" and "postgresql" in (rule.vendors or ("postgresql",)) and rule.id != "nothing-emitted"
    if rule.bad_on.get("postgresql", rule.bad)
]


def limits_of(vendor: str) -> list[object]:
    return [pytest.param(limit, id=limit.id) for name, limit in limits() if name == vendor]


@pytest.fixture
def on_mariadb(mariadb: MySQLServer) -> Iterator[Execute]:
    """A new database; what a statement notes by the way is an error, too, so that it can be seen."""
    import pymysql

    with mariadb.scratch() as name, mariadb.connect(name) as connection, connection.cursor() as cursor:

        def execute(sql: str) -> None:
            try:
                cursor.execute(sql)
            except pymysql.Error as error:
                raise RefusedError(f"error {error.args[0]}, {error.args[1]}") from error
            cursor.execute("SHOW WARNINGS")
            for level, number, _ in cursor.fetchall():
                if level == "Note" and number == 1071:
                    raise RefusedError("note 1071")

        yield execute


@pytest.fixture
def on_postgresql(postgresql: Server) -> Iterator[Execute]:
    import psycopg

    with postgresql.scratch() as dsn, psycopg.connect(dsn, autocommit=True) as connection:

        def execute(sql: str) -> None:
            try:
                connection.execute(sql)
            except psycopg.Error as error:
                raise RefusedError(f"SQLSTATE {error.sqlstate}") from error

        yield execute


@pytest.fixture
def on_sqlite() -> Iterator[Execute]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:

        def execute(sql: str) -> None:
            try:
                connection.execute(sql)
            except sqlite3.Error as error:
                raise RefusedError(str(error)) from error

        yield execute


def answer(execute: Execute, sql: str) -> str | None:
    try:
        execute(sql)
    except RefusedError as refused:
        return str(refused)
    return None


def check(limit: Limit, execute: Execute, version: tuple[int, ...]) -> None:
    for sql in limit.setup:
        execute(sql)
    answered = answer(execute, limit.probe)
    if limit.holds_for(version) and limit.error is None and "(1071)" in limit.because:
        assert answered == "note 1071"
    elif limit.holds_for(version):
        assert matches(limit.error, answered), answered
    else:
        assert answered is None


@pytest.mark.parametrize("limit", limits_of("mariadb"))
def test_limit_of_mariadb(limit: Limit, on_mariadb: Execute) -> None:
    check(limit, on_mariadb, (10, 11))


@pytest.mark.parametrize("limit", limits_of("postgresql"))
def test_limit_of_postgresql(limit: Limit, on_postgresql: Execute, postgresql: Server) -> None:
    check(limit, on_postgresql, postgresql.version)


@pytest.mark.parametrize("limit", limits_of("sqlite"))
def test_limit_of_sqlite(limit: Limit, on_sqlite: Execute) -> None:
    check(limit, on_sqlite, sqlite3.sqlite_version_info)


@pytest.mark.parametrize("rule", EXAMPLES, ids=lambda rule: rule.id)
def test_example_on_postgresql(rule: Rule, on_postgresql: Execute, postgresql: Server) -> None:
    """On other versions than `test_examples_live`: the bad example goes through as far as the statement about which the rule says so."""
    if rule.id == "unsupported-on-version" and postgresql.version >= (18,):
        pytest.skip("it has what the example asks for")
    target = f"postgresql@{postgresql.version[0]}"
    for sql in bookshop.statements(target):
        on_postgresql(sql)
    (migration,) = impacts_of(rule.bad_on.get("postgresql", rule.bad), target)
    for _, statement in migration.timeline:
        refusals = [refusal for refusal in statement.refusals if refusal.rule == rule.id]
        answered = answer(on_postgresql, statement.sql)
        if any("The server refuses" in refusal.message for refusal in refusals):
            errors = [refusal.message.rpartition(": ")[2].rstrip(".") for refusal in refusals]
            assert any(matches(error, answered) for error in errors), answered
            return
        assert answered is None
    assert any(statement.refusals for _, statement in migration.timeline)
