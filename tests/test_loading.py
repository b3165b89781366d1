"""Broken migration packages, as they are on disk: a finding each, and the rest of the graph is still there."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

import pytest
from django.test import override_settings

from migration_lint import Finding, Plan
from migration_lint.engine import Engine
from migration_lint.project import loading, source
from migration_lint.project.order import Order
from migration_lint.rules.broken_graph import BrokenGraph
from migration_lint.rules.conflicting_leaves import ConflictingLeaves
from tests.graphs import LABELS, Load, migration
from tests.installed import Shelf


def findings(graph: loading.Graph) -> list[Finding]:
    return Engine([BrokenGraph(), ConflictingLeaves()]).check_plan(Plan(graph.migrations, graph.problems, ()))


def problems(graph: loading.Graph) -> list[tuple[str, str, str | None, int | None]]:
    """Rule, message, file and line of each finding."""
    return [
        (
            finding.rule,
            finding.message,
            Path(finding.location.path).name if finding.location else None,
            finding.location.line if finding.location else None,
        )
        for finding in findings(graph)
    ]


def names(graph: loading.Graph) -> list[str]:
    return [f"{m.app_label}.{m.name}" for m in graph.migrations]


FIRST: dict[str, list[object]] = {"0001_initial": []}
SOUND: dict[str, list[object]] = {"0001_initial": [], "0002_x": [("reviews", "0001_initial")]}
SOUND_NAMES = ["reviews.0001_initial", "reviews.0002_x"]


def test_sound_graph(load: Load) -> None:
    graph = load(reviews=SOUND)
    assert (problems(graph), names(graph)) == ([], SOUND_NAMES)


def test_missing_dependency(load: Load) -> None:
    graph = load(reviews=SOUND, catalog={**FIRST, "0002_a": [("catalog", "0001_initail")], "0003_b": [("catalog", "0002_a")]})
    assert problems(graph) == [
        ("broken-graph", "`catalog.0002_a` depends on `catalog.0001_initail`, which does not exist.", "0002_a.py", 5)
    ]
    assert findings(graph)[0].help == (
        "Correct `dependencies`, or bring the missing migration back. Did you mean '0001_initial'?"
    )
    assert names(graph) == ["catalog.0001_initial", *SOUND_NAMES]


def test_missing_dependency_in_another_app_makes_no_second_leaf_there(load: Load) -> None:
    graph = load(reviews=SOUND, catalog={"0001_initial": [("reviews", "0099_absent")]})
    assert problems(graph) == [
        ("broken-graph", "`catalog.0001_initial` depends on `reviews.0099_absent`, which does not exist.", "0001_initial.py", 5)
    ]
    assert names(graph) == SOUND_NAMES


def test_dependency_on_an_app_without_migrations(load: Load) -> None:
    graph = load(reviews=SOUND, catalog={"0001_initial": [("inventory", "0001_initial")]})
    assert problems(graph) == [
        (
            "broken-graph",
            "`catalog.0001_initial` depends on `inventory.0001_initial`, which does not exist, and its app has no migrations.",
            "0001_initial.py", 5,
        )
    ]  # fmt: skip


def test_first_of_an_app_without_migrations_is_fine(load: Load) -> None:
    graph = load(catalog={"0001_initial": [("inventory", "__first__")]})
    assert (problems(graph), names(graph)) == ([], ["catalog.0001_initial"])
    assert {"inventory", "reviews"} <= graph.unmigrated


def test_dependency_on_an_unknown_app(load: Load) -> None:
    graph = load(reviews=SOUND, catalog={"0001_initial": [("nowhere", "__first__")]})
    assert problems(graph) == [
        ("broken-graph", "`catalog.0001_initial` cannot be placed: Dependency on unknown app: nowhere.", "0001_initial.py", 5)
    ]
    assert names(graph) == SOUND_NAMES


def test_circular_dependency(load: Load) -> None:
    graph = load(
        reviews=SOUND,
        catalog={
            **FIRST,
            "0002_a": [("catalog", "0003_b")],
            "0003_b": [("catalog", "0002_a")],
            "0004_c": [("catalog", "0003_b")],
        },
    )
    assert problems(graph) == [
        ("broken-graph", "Circular dependency: `catalog.0002_a` → `catalog.0003_b` → `catalog.0002_a`.", "0002_a.py", 5),
        (
            "conflicting-leaves", "`catalog` has 2 leaves, `0001_initial` and `0004_c`: `migrate` refuses to run until they are merged.",
            "0004_c.py", 4,
        ),
    ]  # fmt: skip
    assert names(graph) == ["catalog.0001_initial", *SOUND_NAMES]


def test_circle_of_two_apps(load: Load) -> None:
    graph = load(
        reviews={"0001_initial": [("catalog", "0001_initial")]}, catalog={"0001_initial": [("reviews", "0001_initial")]}
    )
    assert problems(graph) == [
        (
            "broken-graph",
            "Circular dependency: `catalog.0001_initial` → `reviews.0001_initial` → `catalog.0001_initial`.",
            "0001_initial.py", 5,
        )
    ]  # fmt: skip
    assert names(graph) == []


def test_migration_that_depends_on_itself(load: Load) -> None:
    graph = load(catalog={"0001_initial": [("catalog", "0001_initial")]})
    assert problems(graph) == [
        ("broken-graph", "Circular dependency: `catalog.0001_initial` → `catalog.0001_initial`.", "0001_initial.py", 5)
    ]


IMPORTS = {
    "syntax error": ("class Migration(:\n", "SyntaxError: invalid syntax", 1),
    "import error": ("import sys\nimport nowhere_at_all\n", "ModuleNotFoundError: No module named 'nowhere_at_all'", 2),
    "exception": ("x = 1\n\n1 / 0\n", "ZeroDivisionError: division by zero", 3),
    "exit": ("raise SystemExit\n", "SystemExit", 1),
    "dots in the reason": ("raise ValueError('see ../docs...')\n", "ValueError: see ../docs", 1),
}


@pytest.mark.parametrize("name", IMPORTS)
def test_migration_that_cannot_be_imported(load: Load, name: str) -> None:
    text, reason, line = IMPORTS[name]
    graph = load(reviews=SOUND, catalog={**FIRST, "0002_a": text, "0003_b": [("catalog", "0002_a")]})
    assert problems(graph) == [
        ("broken-graph", f"The migration `catalog.0002_a` cannot be imported: {reason}.", "0002_a.py", line)
    ]
    assert findings(graph)[0].help == (
        "Mend the import; until then neither this migration nor what depends on it can run or be linted."
    )
    assert names(graph) == ["catalog.0001_initial", *SOUND_NAMES]


UNUSABLE = {
    "no class": ("operations = []\n", "`catalog.0002_a` has no `Migration` class: Django refuses to load any migration.", 1),
    "not a migration": ("class Migration: pass\n", "`catalog.0002_a` has no `Migration` class: Django refuses to load any migration.", 1),
    "operations": (
        migration([], "operations = 5"), "The migration `catalog.0002_a` cannot be made: TypeError: 'int' object is not iterable.", 1,
    ),
    "an operation that is none": (
        migration([("catalog", "0001_initial")], "operations = [migrations.RunSQL('SELECT 1'), migrations.RunSQL]"),
        "Operation 1 of `catalog.0002_a` is <class 'django.db.migrations.operations.special.RunSQL'>, which is no operation.", 6,
    ),
    "a dependency that is no pair": (
        migration(["catalog.0001_initial"]),
        "`catalog.0002_a` lists 'catalog.0001_initial' in `dependencies`, which is no pair of an app and a migration.", 5,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", UNUSABLE)
def test_module_that_is_no_migration(load: Load, name: str) -> None:
    text, message, line = UNUSABLE[name]
    graph = load(reviews=SOUND, catalog={**FIRST, "0002_a": text})
    assert problems(graph) == [("broken-graph", message, "0002_a.py", line)]
    assert names(graph) == ["catalog.0001_initial", *SOUND_NAMES]


def test_package_that_cannot_be_imported(load: Load) -> None:
    graph = load(reviews=SOUND, catalog={"__init__": "\nimport nowhere_at_all\n", **FIRST})
    (finding,) = findings(graph)
    assert finding.message.startswith("The migrations package `broken")
    assert finding.message.endswith(".catalog` cannot be imported: ModuleNotFoundError: No module named 'nowhere_at_all'.")
    assert finding.location is not None
    assert (Path(finding.location.path).name, finding.location.line) == ("__init__.py", 2)
    assert (names(graph), "catalog" in graph.unmigrated) == (SOUND_NAMES, True)


def test_package_that_is_not_there(load: Load) -> None:
    with override_settings():
        graph = load(reviews=SOUND)
    with override_settings(MIGRATION_MODULES={**dict.fromkeys(LABELS), "catalog": "nowhere.at.all"}):
        graph = loading.load()
    assert problems(graph) == [
        ("broken-graph", "The migrations package `nowhere.at.all` cannot be imported: ModuleNotFoundError: No module named 'nowhere'.",
         None, None)
    ]  # fmt: skip


def test_folder_without_init(load: Load) -> None:
    graph = load(reviews=SOUND, catalog={"namespace": "", **FIRST})
    assert problems(graph) == [
        (
            "broken-graph", "`catalog` has 1 migration that Django passes over: the folder has no `__init__.py`.",
            "0001_initial.py", 1,
        )
    ]  # fmt: skip
    assert findings(graph)[0].help == "Create `catalog/__init__.py`, empty."


def test_two_leaves(load: Load) -> None:
    graph = load(reviews={**SOUND, "0002_y": [("reviews", "0001_initial")]})
    assert problems(graph) == [
        (
            "conflicting-leaves", "`reviews` has 2 leaves, `0002_x` and `0002_y`: `migrate` refuses to run until they are merged.",
            "0002_y.py", 4,
        )
    ]  # fmt: skip
    assert findings(graph)[0].help == "Run `python manage.py makemigrations --merge reviews`."
    assert names(graph) == [*SOUND_NAMES, "reviews.0002_y"]


REPLACES = "replaces = [('reviews', '0001_initial'), ('reviews', '0002_x')]"


def test_squash_takes_the_place_of_what_it_replaces(load: Load) -> None:
    graph = load(
        reviews={**SOUND, "0001_squashed": migration([], REPLACES), "0003_z": [("reviews", "0002_x")]},
        catalog={"0001_initial": [("reviews", "0001_initial")]},
    )
    assert problems(graph) == []
    assert names(graph) == ["reviews.0001_squashed", "catalog.0001_initial", "reviews.0003_z"]
    assert graph.replaced == {("reviews", "0001_initial"), ("reviews", "0002_x")}


def test_squash_of_files_that_are_gone(load: Load) -> None:
    graph = load(reviews={"0001_squashed": migration([], REPLACES), "0003_z": [("reviews", "0002_x")]})
    assert (problems(graph), names(graph)) == ([], ["reviews.0001_squashed", "reviews.0003_z"])


def test_squash_of_a_squash(load: Load) -> None:
    outer = "replaces = [('reviews', '0001_squashed'), ('reviews', '0003_z')]"
    graph = load(
        reviews={
            **SOUND, "0000_outer": migration([], outer), "0001_squashed": migration([], REPLACES), "0003_z": [("reviews", "0002_x")],
        }
    )  # fmt: skip
    assert (problems(graph), names(graph)) == ([], ["reviews.0000_outer"])


def test_squashes_that_replace_each_other(load: Load) -> None:
    graph = load(
        reviews={
            "0001_a": migration([], "replaces = [('reviews', '0001_b')]"), "0001_b": migration([], "replaces = [('reviews', '0001_a')]"),
        },
        catalog=FIRST,
    )  # fmt: skip
    assert problems(graph)[0] == (
        "broken-graph", "`reviews.0001_a` replaces itself by way of `reviews.0001_a` and `reviews.0001_b`.", "0001_a.py", 6,
    )  # fmt: skip
    assert "catalog.0001_initial" in names(graph)


def test_what_runs_before_what() -> None:
    parents = {
        ("a", "3"): [("a", "2"), ("b", "1")], ("a", "2"): [("a", "1")], ("b", "1"): [("a", "1")],
        ("c", "1"): [("c", "2")], ("c", "2"): [("c", "1")],
    }  # fmt: skip
    order = Order(lambda key: parents.get(key, []))
    keys = [("a", "1"), ("a", "2"), ("a", "3"), ("b", "1"), ("d", "1")]
    assert [(one, two) for one in keys for two in keys if order.precedes(one, two)] == [
        (("a", "1"), ("a", "2")), (("a", "1"), ("a", "3")), (("a", "1"), ("b", "1")), (("a", "2"), ("a", "3")),
        (("b", "1"), ("a", "3")),
    ]  # fmt: skip
    assert order.precedes(("c", "2"), ("c", "1"))  # a circle ends


def test_what_was_imported_before_is_as_its_file_has_it(shelf: Shelf) -> None:
    """An autodetector has written into it, say, and nobody has seen where its operations were made."""
    label = shelf.add(**{"0001_initial": '*[migrations.RunSQL(sql) for sql in ("SELECT 1", "SELECT 2")]'})
    module = import_module(f"{label}.migrations.0001_initial")
    module.Migration.operations[0].sql = "SELECT 3"
    with shelf.installed(label):
        migration = loading.load().loader.disk_migrations[label, "0001_initial"]
        _, second = migration.operations
        assert [getattr(operation, "sql", "") for operation in migration.operations] == ["SELECT 1", "SELECT 2"]
        assert source.operation_location(migration, second, (1,)).line == 7
    assert sys.modules[module.__name__] is module
    assert module.Migration.operations[0].sql == "SELECT 3"
