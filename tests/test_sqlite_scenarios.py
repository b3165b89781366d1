"""What Django's operations are predicted to do to filled tables of SQLite, against what they do on the library of this Python."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError
from django.db.migrations import Migration
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from pytest_django import Settings

from migration_lint.sql.catalog import Catalog
from migration_lint.types import MigrationImpact
from tests import identity, sqlite_identity
from tests.data.other_scenarios import Scenario, scenarios, start
from tests.sqlite import IS_SUPPORTED, UNSUPPORTED, name_after, remade, roots

COLLATION = "NOCASE"
IDS = [scenario.id for scenario in scenarios(COLLATION)]
KEYS = ("0001_start", "0002_before", "0003_scenario")

pytestmark = pytest.mark.skipif(not IS_SUPPORTED, reason=UNSUPPORTED)

# The rows are in the way, or the schema: SQLite refuses these, and Django's own operation the last.
REFUSED = {
    "add_notnull_nodefault",
    "add_notnull_callable_unique",
    "add_unique_default",
    "remove_used_by_generated",
    "remove_in_multiindex_direct",
    "remove_in_check",
    "alter_null_to_notnull_nodefault",
    "text_to_json",
    "alter_add_unique_dups",
    "alter_text_add_unique",
    "add_check_violated",
    "add_unique_dups",
    "alter_generated_expr",
}


@pytest.fixture(autouse=True)
def _without_time_zones(settings: Settings) -> None:
    settings.USE_TZ = False


def scenario_of(name: str) -> Scenario:
    (found,) = [scenario for scenario in scenarios(COLLATION) if scenario.id == name]
    return found


def migration(number: int, operations: list[Operation]) -> Migration:
    made = type("Migration", (Migration,), {"operations": operations})
    result: Migration = made(KEYS[number], "app")
    return result


def plan(scenario: Scenario) -> tuple[Migration, ...]:
    return tuple(migration(number, each) for number, each in enumerate((start(), scenario.before, scenario.operations)))


def predicted(scenario: Scenario) -> tuple[MigrationImpact, Catalog]:
    impacts, catalog = identity.impacts_offline(plan(scenario), f"sqlite@{sqlite3.sqlite_version}")
    impact = impacts[-1]
    assert [statement.unread for _, statement in impact.timeline if statement.unread] == []
    return impact, catalog


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory, django_db_blocker: Any) -> Iterator[Path]:
    """A database with the start schema, and twenty rows in each table."""
    path = tmp_path_factory.mktemp("scenarios") / "base.sqlite3"
    with django_db_blocker.unblock():
        apply(path, ProjectState(), migration(0, start()))
        with sqlite3.connect(path) as connection:
            for name, columns in tables(connection).items():
                marks = ", ".join(f'"{column}"' for column, _, _ in columns)
                for number in range(1, 21):
                    values = [value(column, kind, required, number) for column, kind, required in columns]
                    connection.execute(f'INSERT INTO "{name}" ({marks}) VALUES ({", ".join("?" * len(values))})', values)
        connection.close()
        yield path


def tables(connection: sqlite3.Connection) -> dict[str, list[tuple[str, str, bool]]]:
    names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'app%'")]
    found = {}
    for name in names:
        rows = connection.execute(f'PRAGMA table_xinfo("{name}")').fetchall()
        found[name] = [(row[1], row[2].lower(), bool(row[3])) for row in rows if row[6] == 0]
    return found


def value(column: str, kind: str, required: bool, number: int) -> object:
    if not required and number % 10 == 0:
        return None
    if column == "js":
        return "{}"
    if column == "sm":
        return number % 5
    if kind in ("text", "date", "datetime") or "char" in kind:
        return {"text": "words", "date": "2024-01-01", "datetime": "2024-01-01"}.get(kind, f"{number:020}")
    return number


def apply(path: Path, state: ProjectState, made: Migration) -> ProjectState:
    with sqlite_identity.connected(path, "default") as (connection, _):
        state.apps  # noqa: B018
        with connection.schema_editor(atomic=True) as editor:
            return made.apply(state, editor)


@pytest.mark.parametrize("name", IDS)
def test_remakes_are_predicted(name: str, base: Path, tmp_path: Path) -> None:
    path = tmp_path / "db.sqlite3"
    shutil.copy(base, path)
    scenario = scenario_of(name)
    first, before, measured = plan(scenario)
    state = apply(path, first.mutate_state(ProjectState()), before) if before.operations else first.mutate_state(ProjectState())
    with closing(sqlite3.connect(path)) as connection:
        kept = roots(connection)
    if name in REFUSED:
        with pytest.raises((DatabaseError, ValueError)):
            apply(path, state, measured)
        return
    apply(path, state, measured)
    impact, catalog = predicted(scenario)
    with closing(sqlite3.connect(path)) as connection:
        after = roots(connection)
    left = {name: now for name in kept if (now := name_after(impact.before, catalog, name))}
    assert remade(impact) & left.keys() == {name for name, now in left.items() if after[now] != kept[name]}
    assert identity.differences(sqlite_identity.described(catalog), sqlite_identity.held(path)) == []
