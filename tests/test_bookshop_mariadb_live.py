"""Migrations on a MariaDB with rows: what each statement is predicted to cost, and what a failure leaves behind."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db.migrations import Migration
from django.db.migrations.state import ProjectState
from django.test import override_settings

from migration_lint.project import loading
from migration_lint.types import Statement
from tests import identity
from tests.identity_mysql import MySQL
from tests.mariadb import ALTER, observe, told
from tests.servers import MySQLServer
from tests.test_identity_mariadb_live import CHANGING, CONTRIB_APPS, portable

ROWS = 4


@pytest.fixture(autouse=True)
def _allow_connections(django_db_blocker: Any) -> Iterator[None]:
    with django_db_blocker.unblock():
        yield


class Site:
    """A database in production: every table has rows before each migration."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        with self.connection.connection.cursor() as cursor:  # the driver's: nobody takes it down
            cursor.execute(sql)
            return list(cursor.fetchall())

    def send(self, sql: str) -> None:
        with self.connection.cursor() as cursor:
            cursor.execute(sql)

    def fill(self, rows: int = ROWS) -> None:
        """Rows in every table that has none. Row n holds n wherever it can: keys are unique then, and lead to row n."""
        self.send("SET foreign_key_checks = 0")
        for (table,) in self.ask("SELECT table_name FROM information_schema.tables WHERE table_schema = database() AND table_type = 'BASE TABLE'"):
            if self.ask(f"SELECT count(*) FROM `{table}`") == [(0,)]:
                columns = self.ask(
                    "SELECT column_name, column_type FROM information_schema.columns WHERE table_schema = database() "
                    f"AND table_name = '{table}' AND is_generated = 'NEVER'"
                )
                names = ", ".join(f"`{name}`" for name, _ in columns)
                values = (", ".join(value(kind, number) for _, kind in columns) for number in range(1, rows + 1))
                self.send(f"INSERT INTO `{table}` ({names}) VALUES {', '.join(f'({row})' for row in values)}")
        self.send("SET foreign_key_checks = 1")


def value(kind: str, number: int) -> str:
    if kind.startswith("date"):
        return f"'2020-01-0{number}'"
    if kind == "uuid":
        return f"'00000000-0000-0000-0000-00000000000{number}'"
    return f"'{number % 2 if kind == 'tinyint(1)' else number}'"


class Watch:
    """Retries each statement until the server takes it, beside what was predicted for it."""

    def __init__(self, ask: Any, statements: Iterable[Statement]) -> None:
        self.ask = ask
        self.expected = [statement for statement in statements if ALTER.match(statement.sql)]
        self.sent = 0
        self.differing: list[Any] = []

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        sql = sql.strip()
        if not ALTER.match(sql):
            return execute(sql, params, many, context)
        statement = self.expected[self.sent]
        assert statement.sql.split()[:5] == sql.split()[:5]
        self.sent += 1
        table = statement.actions[0].table
        assert table is not None
        observed = observe(lambda text: execute(text, params, many, context), self.ask, sql, table)
        said = told([effect for effect in statement.effects if effect.relation == table], observed)
        if said != observed:
            self.differing.append((statement.sql, said, observed))
        return None


@pytest.mark.parametrize(("alias", "least"), [("default", (110, 70)), ("analytics", (2, 0))])
def test_the_bookshop_is_changed_as_predicted(mariadb: MySQLServer, alias: str, least: tuple[int, int]) -> None:
    """Each statement there, and back where there is a way, on tables with rows."""
    apps = [f"django.contrib.{name}" for name in CONTRIB_APPS if f"django.contrib.{name}" not in settings.INSTALLED_APPS]
    watched: dict[str, list[Watch]] = {"apply": [], "unapply": []}
    with (
        override_settings(INSTALLED_APPS=[*settings.INSTALLED_APPS, *apps], SITE_ID=1),
        mariadb.scratch() as name,
        identity.connected(database := MySQL(mariadb, name), alias) as (connection, recorder),
    ):
        connection.ensure_connection()
        site = Site(connection)

        def run(way: str, migration: Migration, state: ProjectState, statements: Iterable[Statement]) -> ProjectState:
            watch = Watch(site.ask, statements)
            with connection.execute_wrapper(watch), connection.schema_editor(atomic=migration.atomic) as editor:
                state = getattr(migration, way)(state, editor)
            assert watch.sent == len(watch.expected)
            watched[way].append(watch)
            return state

        graph = loading.load()
        plan = tuple(map(portable, graph.migrations))
        impacts, _ = identity.impacts_offline(plan, f"{alias}={mariadb.name}", graph.unmigrated)
        state = ProjectState()
        for impact in impacts:
            migration, before = impact.migration, state.clone()
            there = [statement for _, statement in impact.timeline]
            site.fill()
            if impact.key == CHANGING and alias == "default":  # a unique column with one value for all: one row, no more
                site.send("DELETE FROM orders_orderline WHERE order_id > 1")
                site.send("DELETE FROM orders_order WHERE id > 1")
            state = run("apply", migration, state, there)
            if identity.is_reversible(migration):
                reverses = [each.reverse for each in impact.impacts if each.reverse]
                back = sorted((s for reverse in reverses for s in reverse.statements), key=lambda s: s.position)
                made = list(recorder.made)
                with database.rehearsal(connection, migration, made):
                    run("unapply", migration, before, back)
                recorder.made = made
    assert [each for watches in watched.values() for watch in watches for each in watch.differing] == []
    for way, number in zip(watched, least, strict=True):
        assert sum(watch.sent for watch in watched[way]) >= number
