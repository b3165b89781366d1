"""The layers: a module imports only what stands lower, and some things are done in one place alone."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import migration_lint

ROOT = Path(migration_lint.__file__).parent
# From the ground up. A package stands for all its modules; the longest prefix counts.
LAYERS = [
    {"types", "edits", "sql.lexer", "coming_over", "failures", "marks"},
    {"running", "keys"},
    {"backends"},
    {"spelling", "sessions", "rows.conversions", "changes"},
    {"compatibility.course", "compatibility.obligations"},
    {"rows.queries"},
    {"rows.case"},
    {"rows.dangers", "rows"},
    {"sql.catalog"},
    {"sql.read", "sql.fold", "sql.resolve"},
    {"storage"},
    {"compatibility.values"},
    {"compatibility"},
    {"compatibility.releases"},
    {"circumstances"},
    {"effects", "limits"},
    {"sql.server", "sql.introspection", "sql.literals", "trace"},
    {"sql.offline"},
    {"sql.vendors"},
    {"sql.drivers"},
    {"sql.connection"},
    {"python"},
    {"rows.backfill", "transactions", "pending", "drift"},
    {"conf", "project.source", "project.registry"},
    {"files", "project.commands"},
    {"project.order", "project.states", "project.metadata", "project.imports", "project.git", "project.relations"},
    {"project.halves"},
    {"project.reach"},
    {
        "project.loading",
        "project.selection",
        "project.collect",
        "project.autodetect",
        "project.changed",
        "project.history",
        "project.suppressions",
        "project.recorded",
        "project.written",
    },
    {"rules"},
    {"engine"},
    {"baseline"},
    {"explain", "lint", "choosing"},
    {"reporters", "testing"},
    {"blocks"},
    {"pages"},
    {"listing"},
    {"management", "cli", "apps", "checks"},
]
PUBLIC = {
    "migration_lint",
    "migration_lint.edits",
    "migration_lint.rows",
    "migration_lint.rows.backfill",
    "migration_lint.rows.conversions",
    "migration_lint.compatibility",
    "migration_lint.compatibility.releases",
    "migration_lint.changes",
    "migration_lint.python",
    "migration_lint.drift",
    "migration_lint.pending",
    "migration_lint.rows.dangers",
    "migration_lint.rows.queries",
    "migration_lint.rows.case",
    "migration_lint.running",
    "migration_lint.sessions",
    "migration_lint.spelling",
    "migration_lint.types",
    "migration_lint.transactions",
}
FILES = sorted(ROOT.rglob("*.py"))


def module(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


def layer(name: str) -> int | None:
    while name:
        for number, names in enumerate(LAYERS):
            if name in names:
                return number
        name = name.rpartition(".")[0]
    return None


def imports(path: Path) -> Iterator[str]:
    """What a file imports when it runs; imports for the type checker alone do not count."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    skipped = {
        id(child)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)
        for child in ast.walk(node)
    }
    for node in ast.walk(tree):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("path", FILES, ids=module)
def test_imports_point_downwards(path: Path) -> None:
    own = layer(module(path))
    if not module(path) or not path.read_text(encoding="utf-8").strip():
        return
    assert own is not None, f"{module(path)} has no layer: give it one"
    for name in imports(path):
        if name.startswith("migration_lint."):
            other = layer(name.removeprefix("migration_lint."))
            if other is not None:
                assert other <= own, f"{module(path)} imports {name}, which stands higher"


def users(prefix: str) -> set[str]:
    return {module(path) for path in FILES for name in imports(path) if name == prefix or name.startswith(prefix + ".")}


def test_only_loading_uses_the_migration_loader() -> None:
    assert users("django.db.migrations.loader") | users("django.db.migrations.graph") == {
        "project.loading",
        "project.recorded",  # a second look at the graph, with what a database has recorded
    }


def test_only_the_text_reporter_uses_rich() -> None:
    assert users("rich") == {"reporters.text"}


def test_connections_are_touched_in_one_place() -> None:
    # The settings' databases, a schema editor's methods by name, and who listens for new connections.
    assert users("django.db.connections") - {"conf", "project.recorded"} == {"sql.connection"}
    assert users("django.db.backends") <= {"sql.connection", "sql.introspection", "python.editor", "sessions"}


def test_rules_import_the_public_api_and_django_alone() -> None:
    for path in (ROOT / "rules").glob("*.py"):
        if path.stem.startswith("_"):
            continue
        for name in imports(path):
            top = name.partition(".")[0]
            if top == "migration_lint":
                assert name.rpartition(".")[0] in PUBLIC, f"{path.name} imports {name}"
