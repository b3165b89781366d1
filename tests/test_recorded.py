"""What a database has recorded as applied, held against the migrations: nothing is written, and Django agrees."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from django.db.migrations.exceptions import InconsistentMigrationHistory, NodeNotFoundError
from django.db.migrations.loader import MigrationLoader

from migration_lint import Severity
from migration_lint.conf import UsageError
from migration_lint.project import loading, recorded
from migration_lint.rules.deleted_migration import DeletedMigration
from migration_lint.rules.inconsistent_history import InconsistentHistory
from migration_lint.types import MigrationKey
from tests.graphs import Load, migration
from tests.projects import CREATE, Project
from tests.rules.test_history import findings, place

ALIAS = "history"


@pytest.fixture
def database(tmp_path: Path, django_db_blocker: Any) -> Iterator[Path]:
    """An SQLite file under an alias of its own."""
    file = tmp_path / "history.sqlite3"
    connections.settings[ALIAS] = {**connections.settings["default"], "ENGINE": "django.db.backends.sqlite3", "NAME": str(file)}
    with django_db_blocker.unblock():
        yield file
    del connections[ALIAS]
    del connections.settings[ALIAS]


def record(file: Path, *keys: MigrationKey) -> None:
    with sqlite3.connect(file) as connection:
        connection.execute(
            "CREATE TABLE IF NOT EXISTS django_migrations (id integer PRIMARY KEY, app text, name text, applied text)"
        )
        connection.executemany(
            "INSERT INTO django_migrations (app, name, applied) VALUES (?, ?, '2025-01-01 00:00:00')",
            [tuple(key) for key in keys],
        )
    connection.close()


def django_says(graph: loading.Graph, alias: str = ALIAS) -> type[Exception] | None:
    """What Django does with the same records and the same migrations."""

    class AsDjango(MigrationLoader):
        def load_disk(self) -> None:
            self.disk_migrations = graph.loader.disk_migrations
            self.migrated_apps, self.unmigrated_apps = graph.loader.migrated_apps, graph.loader.unmigrated_apps

    connection: Any = connections[alias]
    try:
        AsDjango(connection).check_consistent_history(connection)
    except (InconsistentMigrationHistory, NodeNotFoundError) as error:
        return type(error)
    finally:
        connection.close()
    return None


SQUASH = migration([], "replaces = [('reviews', '0001_a'), ('reviews', '0002_b')]")
GRAPHS: dict[str, dict[str, dict[str, Any]]] = {
    "plain": {"reviews": {"0001_a": [], "0002_b": [("reviews", "0001_a")], "0003_c": [("reviews", "0002_b")]}},
    "squashed": {
        "reviews": {"0001_a": [], "0002_b": [("reviews", "0001_a")], "0001_s": SQUASH, "0003_c": [("reviews", "0001_s")]},
    },
    "old files gone": {"reviews": {"0001_s": SQUASH, "0003_c": [("reviews", "0002_b")]}},
}
# The graph, what is recorded, what comes before what it needs, whether nothing can be done at all.
CASES: dict[str, tuple[str, list[str], list[tuple[str, str]], bool]] = {
    "nothing": ("plain", [], [], False),
    "in order": ("plain", ["0001_a", "0002_b"], [], False),
    "one left out": ("plain", ["0001_a", "0003_c"], [("0003_c", "0002_b")], False),
    "two left out": ("plain", ["0002_b", "0003_c"], [("0002_b", "0001_a")], False),
    "something unknown": ("plain", ["0001_a", "0009_z"], [], False),
    "all that a squash replaces": ("squashed", ["0001_a", "0002_b", "0003_c"], [], False),
    "some of it": ("squashed", ["0001_a", "0003_c"], [("0003_c", "0002_b")], False),
    "the squash": ("squashed", ["0001_s", "0001_a", "0002_b", "0003_c"], [], False),
    "none of it": ("squashed", ["0003_c"], [("0003_c", "0001_s")], False),
    "some of what is gone": ("old files gone", ["0001_a"], [], True),
    "all of what is gone": ("old files gone", ["0001_a", "0002_b"], [], False),
}


@pytest.mark.parametrize("name", CASES)
def test_what_is_recorded_too_early(load: Load, database: Path, name: str) -> None:
    kind, names, early, refused = CASES[name]
    graph = load(**GRAPHS[kind])
    record(database, *[("reviews", each) for each in names])
    found = recorded.recorded(graph, ALIAS)
    assert found.applied == {("reviews", each) for each in names}
    assert [(key[1], parent[1]) for key, parent in found.early] == early
    assert bool(found.error) == refused
    assert django_says(graph) == (NodeNotFoundError if refused else InconsistentMigrationHistory if early else None)


def test_what_is_said_of_it_and_that_the_way_out_is_one(load: Load, database: Path) -> None:
    graph = load(**GRAPHS["plain"])
    record(database, ("reviews", "0001_a"), ("reviews", "0003_c"))
    (finding,) = findings(InconsistentHistory(), graph, recorded=(recorded.recorded(graph, ALIAS),))
    assert finding.message == (
        "`history` has recorded `reviews.0003_c` as applied, and not `reviews.0002_b`, which it depends on: `migrate` refuses to do "
        "anything there, with InconsistentMigrationHistory."
    )
    assert place(finding) == ("0003_c.py", 5)
    with sqlite3.connect(database) as connection:
        connection.execute(finding.help.rpartition("\n\n")[2])
    connection.close()
    assert django_says(graph) is None


def test_a_squash_that_can_no_longer_be_run(load: Load, database: Path) -> None:
    graph = load(**GRAPHS["old files gone"])
    record(database, ("reviews", "0001_a"))
    (finding,) = findings(InconsistentHistory(), graph, recorded=(recorded.recorded(graph, ALIAS),))
    assert finding.message.startswith(
        "With what `history` has recorded as applied, `migrate` refuses to do anything there: Migration reviews.0003_c depends on "
        "nonexistent node ('reviews', '0002_b')."
    )


def test_recorded_migrations_that_are_gone(load: Load, database: Path) -> None:
    graph = load(**GRAPHS["squashed"])
    record(
        database, *[("reviews", name) for name in ("0001_a", "0002_b", "0003_c", "0004_d", "0005_e")], ("other_app", "0001_x")
    )
    (finding,) = findings(DeletedMigration(), graph, recorded=(recorded.recorded(graph, ALIAS),))
    assert finding.severity == Severity.WARNING
    assert finding.message == (
        "`history` has recorded `0004_d` and `0005_e` of `reviews` as applied, and they are not there any more."
    )
    assert finding.help == (
        "Bring the code up to date with what has run there. Where they were squashed, or are meant to be gone:\n\n"
        "    python manage.py migrate reviews --prune"
    )


def test_a_database_without_the_table(load: Load, database: Path) -> None:
    sqlite3.connect(database).close()
    database.touch()
    assert recorded.recorded(load(**GRAPHS["plain"]), ALIAS).applied == frozenset()
    assert database.read_bytes() == b""


def test_a_database_that_is_not_there(load: Load, database: Path) -> None:
    graph = load(**GRAPHS["plain"])
    with pytest.raises(UsageError, match=r"^--check-history history: the database could not be read: FileNotFoundError: "):
        recorded.recorded(graph, ALIAS)
    assert not database.exists()
    database.write_bytes(b"no database at all, but long enough to be read as one" * 50)
    with pytest.raises(UsageError, match=r"DatabaseError: file is not a database\.$"):
        recorded.recorded(graph, ALIAS)


def test_the_option(tmp_path: Path) -> None:
    project = Project(tmp_path)
    project.settings("shop", more='DATABASES["default"]["NAME"] = "history.sqlite3"')
    project.app("shop", **{"0001_initial": CREATE, "0002_x": 'migrations.RunSQL("SELECT 1", "SELECT 1"),'})
    result = project.run("lintmigrations", "--check-history", "default")
    assert (result.status, "--check-history default: the database could not be read: FileNotFoundError" in result.err) == (
        2,
        True,
    )
    record(tmp_path / "history.sqlite3", ("shop", "0002_x"))
    result = project.run("lintmigrations", "--check-history", "default")
    assert result.status == 1
    assert (
        "error[inconsistent-history] `default` has recorded `shop.0002_x` as applied, and not `shop.0001_initial`" in result.out
    )
    assert "--> shop/migrations/0002_x.py:6" in result.out


def test_what_a_database_has_not_run_is_one_release(tmp_path: Path) -> None:
    project = Project(tmp_path)
    project.settings("shop", more='DATABASES["default"]["NAME"] = "history.sqlite3"')
    field = 'migrations.AddField("book", "blurb", models.TextField(null=True)),'
    index = 'migrations.AddIndex("{}", models.Index(fields=["{}"], name="{}_idx")),'
    table = 'migrations.CreateModel("Tag", [("id", models.BigAutoField(primary_key=True)), ("word", models.TextField())]),'
    project.app("shop", **{
        "0001_initial": CREATE, "0002_blurb": field, "0003_index": index.format("book", "title", "title"),
        "0004_tag": table, "0005_word": index.format("tag", "word", "word"),
    })  # fmt: skip

    def lint(*arguments: str) -> tuple[int, list[str], int]:
        result = project.run("lintmigrations", "--select", "locks", "--output-format", "json", *arguments)
        data = json.loads(result.out)
        return result.status, [found["migration"] for found in data["findings"]], data["summary"]["migrations"]

    missing = project.run("lintmigrations", "--unapplied", "default")
    assert (missing.status, "--unapplied default: the database could not be read" in missing.err) == (2, True)
    record(tmp_path / "history.sqlite3", *(("shop", name) for name in ("0001_initial", "0002_blurb", "0003_index")))
    assert lint("--unapplied", "default") == (0, [], 2)
    assert lint("--applied", "default") == (1, ["0003_index"], 3)
    assert lint("shop", "--unapplied", "default") == (0, [], 2)
    both = project.run("lintmigrations", "--unapplied", "default", "--applied", "default")
    assert both.status == 2
