"""What Django's operations are predicted to do to filled tables, against what they do to them on live servers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from django.contrib.postgres.operations import CreateExtension
from django.db import connections, transaction
from django.db.backends.postgresql.base import DatabaseWrapper
from django.db.migrations import Migration
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

from migration_lint.project import collect, selection
from migration_lint.types import Target
from tests import postgresql
from tests.data.postgresql_scenarios import ROWS, SCENARIOS, START, Scenario, sql
from tests.postgresql import Watch, Watched, Work, shown
from tests.servers import Server

# Relations that prediction and observation say different things about, and why; the rest of the scenario still has to agree.
DISAGREEMENTS = {
    "sql_set_tablespace_same": (
        "shop_book",
        "no statement tells which tablespace a table is in already, and moving it rewrites it",
    ),
    "sql_set_access_method": (
        "shop_book",
        "no statement tells which access method a table has already, and another one rewrites it",
    ),
    "sql_detach_conc": ("ev1", "the partition is locked by a second transaction that is over before anybody looks"),
}

KEYS = ("0001_start", "0002_before", "0003_scenario")


def migration(number: int, operations: list[Operation], atomic: bool = True) -> Migration:
    made = type("Migration", (Migration,), {"operations": operations, "atomic": atomic})
    result: Migration = made(KEYS[number], "shop")
    return result


def migrations_of(scenario: Scenario) -> tuple[Migration, ...]:
    extensions = sql(*(f"CREATE EXTENSION {name}" for name in scenario.extensions))
    return (
        migration(0, START),
        migration(1, [*extensions, *scenario.before], atomic=False),
        migration(2, scenario.operations, scenario.atomic),
    )


def predicted(scenario: Scenario, version: tuple[int, ...]) -> dict[str, Work]:
    plan = migrations_of(scenario)
    errors: list[str] = []
    release = selection.releases(frozenset({("shop", KEYS[2])}), False)
    ((impact,),) = collect.walk(plan, frozenset(), (Target("default", "postgresql", version),), release, False, errors)
    assert not errors, errors
    assert not [i.unread for i in impact.impacts if i.unread], [i.unread for i in impact.impacts]
    for _, statement in impact.timeline:
        assert statement.unread is None, (statement.sql, statement.unread)
    return postgresql.predicted(impact)


class Shop:
    """A database with the start schema and rows, and Django's connection to it."""

    def __init__(self, dsn: str) -> None:
        self.monitor = psycopg.connect(dsn, autocommit=True)
        parts = psycopg.conninfo.conninfo_to_dict(dsn)
        settings = {
            **connections["default"].settings_dict,
            "ENGINE": "django.db.backends.postgresql",
            "NAME": parts["dbname"],
            "USER": parts.get("user", ""),
            "PASSWORD": parts.get("password", ""),
            "HOST": parts.get("host", ""),
            "PORT": str(parts.get("port", "")),
            "OPTIONS": {},
        }
        self.wrapper: Any = DatabaseWrapper(settings, "default")
        self.state: ProjectState | None = None

    def offers(self, extension: str) -> bool:
        query = "SELECT count(*) FROM pg_available_extensions WHERE name = %s"
        return self.monitor.execute(query, [extension]).fetchone() == (1,)

    def apply(self, state: ProjectState, made: Migration) -> ProjectState:
        # Rendered models are shared by the clones of a state, and remember what an earlier scenario did to their relations.
        state = ProjectState({key: model.clone() for key, model in state.models.items()})
        with self.wrapper.schema_editor(atomic=made.atomic) as editor:
            return made.apply(state, editor)

    def start(self) -> ProjectState:
        """The start schema, made anew unless the last scenario was taken back."""
        if self.state is None:
            self.wrapper.close()
            for statement in (
                "DROP SCHEMA IF EXISTS s2 CASCADE",
                "DROP PUBLICATION IF EXISTS pb",
                "DROP SCHEMA public CASCADE",
            ):
                self.monitor.execute(statement)
            self.monitor.execute("CREATE SCHEMA public")
            self.state = self.apply(ProjectState(), migration(0, START))
            with transaction.atomic(), self.wrapper.cursor() as cursor:
                cursor.execute("SET LOCAL session_replication_role = replica")
                for statement in ROWS:
                    cursor.execute(statement)
        return self.state

    def observed(self, scenario: Scenario) -> dict[str, Work]:
        """What the scenario's operations do; they are taken back where they run in a transaction."""
        kept = connections["default"]
        connections["default"] = self.wrapper
        try:
            return self.run(scenario)
        finally:
            connections["default"] = kept

    def run(self, scenario: Scenario) -> dict[str, Work]:
        _, before, measured = migrations_of(scenario)
        state = self.start()
        if before.operations:
            self.state = None
            state = self.apply(state, before)
        if not scenario.atomic:
            self.state = None
        with Watched(self.wrapper.connection, monitor=self.monitor) as observer:
            recorder = Recorder(observer, self.monitor)
            with self.wrapper.execute_wrapper(recorder):
                if scenario.atomic:
                    with transaction.atomic():
                        self.apply(state, measured)
                        transaction.set_rollback(True)
                else:
                    self.apply(state, measured)
        return recorder.found


class Recorder(Watch):
    """Stands between Django and the cursor: schema changes go through the observer."""

    def __call__(self, execute: Callable[..., Any], text: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        text = str(text)
        if (
            "pg_catalog" in text
            or "pg_extension" in text
            or "pg_collation" in text
            or "pg_type" in text
            or text.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK"))
        ):
            return execute(text, params, many, context)
        self.send(context["connection"].ops.compose_sql(text, params) if params else text)
        return None


@pytest.fixture(scope="module")
def shop(postgresql: Server, django_db_blocker: Any) -> Iterator[Shop]:
    with postgresql.scratch() as dsn, django_db_blocker.unblock():
        made = Shop(dsn)
        yield made
        made.wrapper.close()
        made.monitor.close()


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.id)
def test_prediction_and_observation_agree(scenario: Scenario, shop: Shop, postgresql: Server) -> None:
    if postgresql.version < (scenario.since,):
        pytest.skip(f"It needs PostgreSQL {scenario.since}.")
    creations = [operation.name for operation in scenario.operations if isinstance(operation, CreateExtension)]
    for extension in (*scenario.extensions, *creations):
        if not shop.offers(extension):
            pytest.skip(f"This server does not offer the extension {extension}.")
    expected, happened = predicted(scenario, postgresql.version), shop.observed(scenario)
    relation, reason = DISAGREEMENTS.get(scenario.id, (None, ""))
    if relation:
        assert reason
        assert relation in expected, "Nothing is said about it: there is no disagreement."
        expected.pop(relation)
        happened.pop(relation, None)
    assert shown(expected, scenario.atomic) == shown(happened, scenario.atomic)
