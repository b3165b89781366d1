"""The limits of the fact files, and the examples of the rules about them, on servers that answer."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from migration_lint import Rule, conf
from migration_lint.backends import Limit
from migration_lint.project import collect
from migration_lint.rules import find_rules
from migration_lint.testing import APP, Bookshop, example_migration
from migration_lint.types import Statement
from tests.data.limits import limits
from tests.servers import MySQLServer, Server

Execute = Callable[[str], None]
EXAMPLES = [rule for rule in find_rules() if rule.category == "limits"]


def limits_of(vendor: str) -> list[object]:
    return [pytest.param(limit, id=limit.id) for name, limit in limits() if name == vendor]


def examples_for(vendor: str) -> list[object]:
    return [
        pytest.param(rule, id=rule.id)
        for rule in EXAMPLES
        if vendor in (rule.vendors or (vendor,)) and rule.bad_on.get(vendor, rule.bad) and rule.id != "nothing-emitted"
    ]


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


class RefusedError(Exception):
    """What the server answered."""


def answer(execute: Execute, sql: str) -> str | None:
    try:
        execute(sql)
    except RefusedError as refused:
        return str(refused)
    return None


def matches(error: str | None, answered: str | None) -> bool:
    """Whether the answer has each part of the error: `error 1005, errno 150`, `error in view …: no such table`."""
    if error is None or answered is None:
        return error == answered
    return all(part in answered for piece in error.split(", errno") for part in piece.split("…"))


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


def sent(source: str, target: str) -> list[Statement]:
    """Every statement from an empty database to the end of the example."""
    errors: list[str] = []
    plan = (Bookshop("0001_x", APP), example_migration(source))
    rows = collect.walk(plan, frozenset(), (conf.parse_target(target),), lambda key: frozenset({key}), False, errors)
    found = [statement for (impact,) in rows for _, statement in impact.timeline]
    assert errors == []
    return found


def run(rule: Rule, vendor: str, execute: Execute, version: tuple[int, ...]) -> None:
    """The good example goes through, the bad one as far as the statement about which the rule says so."""
    target = f"{vendor}@{'.'.join(map(str, version[:2]))}"
    bad = sent(rule.bad_on.get(vendor, rule.bad), target)
    for statement in bad:
        refusals = [refusal for refusal in statement.refusals if refusal.rule == rule.id]
        answered = answer(execute, statement.sql)
        if any("The server refuses" in refusal.message for refusal in refusals):
            errors = [refusal.message.rpartition(": ")[2].rstrip(".") for refusal in refusals]
            assert any(matches(error, answered) for error in errors), answered
            return
        assert answered is None
    assert any(statement.refusals for statement in bad)


@pytest.mark.parametrize("rule", examples_for("mariadb"))
def test_example_on_mariadb(rule: Rule, on_mariadb: Execute) -> None:
    run(rule, "mariadb", on_mariadb, (10, 11))


@pytest.mark.parametrize("rule", examples_for("postgresql"))
def test_example_on_postgresql(rule: Rule, on_postgresql: Execute, postgresql: Server) -> None:
    if rule.id == "unsupported-on-version" and postgresql.version >= (18,):
        pytest.skip("it has what the example asks for")
    run(rule, "postgresql", on_postgresql, postgresql.version[:1])


@pytest.mark.parametrize("rule", examples_for("sqlite"))
def test_example_on_sqlite(rule: Rule, on_sqlite: Execute) -> None:
    run(rule, "sqlite", on_sqlite, sqlite3.sqlite_version_info)


@pytest.mark.parametrize("rule", examples_for("mariadb"))
def test_good_example_on_mariadb(rule: Rule, on_mariadb: Execute) -> None:
    for statement in sent(rule.good_on.get("mariadb", rule.good), "mariadb@10.11"):
        assert answer(on_mariadb, statement.sql) is None
