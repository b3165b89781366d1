"""Where operations stand: written out, made by helpers, by comprehensions, inherited, nested."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from migration_lint.project import source
from migration_lint.types import Location

WRITTEN = """\
from django.db import migrations


def make(name):
    return migrations.RunSQL(
        name,
    )


class Base(migrations.Migration):
    abstract = True


class Migration(Base):
    operations = [
        migrations.RunSQL("SELECT 1"),
        migrations.RunSQL(
            "SELECT 2",
            "SELECT 3",
        ),
        make("SELECT 4"),
        *[migrations.RunSQL(f"SELECT {n}") for n in (5, 6)],
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL("SELECT 7"),
            ],
        ),
        migrations.RunSQL("é"), migrations.RunSQL("SELECT 9"),
    ]
    operations += [migrations.RunSQL("SELECT 10")]
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.syspath_prepend(tmp_path)
    before = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - before:
        if name.startswith("written_"):
            del sys.modules[name]


def load(folder: Path, name: str, text: str, recorded: bool = True) -> ModuleType:
    (folder / f"{name}.py").write_text(text, encoding="utf-8")
    importlib.invalidate_caches()
    if not recorded:
        return importlib.import_module(name)
    with source.recording():
        return importlib.import_module(name)


def spans(module: ModuleType) -> list[tuple[int | None, int | None, int | None, int | None]]:
    migration = module.Migration("0001_x", "shop")
    found = [source.operation_location(migration, operation, (n,)) for n, operation in enumerate(migration.operations)]
    assert {location.path for location in found} == {module.__file__}
    return [(place.line, place.column, place.end_line, place.end_column) for place in found]


def test_every_operation_has_its_place(folder: Path) -> None:
    module = load(folder, "written_all", WRITTEN)
    expected = [
        (16, 9, 16, 38), (17, 9, 20, 10), (5, 12, 7, 6), (22, 11, 22, 43), (22, 11, 22, 43), (23, 9, 27, 10), (28, 9, 28, 31), (28, 33, 28, 62), (30, 20, 30, 50),
    ]  # fmt: skip
    if sys.version_info < (3, 11):  # instructions have lines alone: the first call that starts on the line
        expected[7] = expected[6]
    assert spans(module) == expected


def test_a_nested_operation_has_its_own_place(folder: Path) -> None:
    migration = load(folder, "written_nested", WRITTEN).Migration("0001_x", "shop")
    outer = migration.operations[5]
    place = source.operation_location(migration, outer.database_operations[0], (5, 0))
    assert (place.line, place.column, place.end_line, place.end_column) == (25, 17, 25, 46)


def test_a_module_that_was_imported_before_is_read_from_its_syntax_tree(folder: Path) -> None:
    text = 'from django.db import migrations\n\n\nclass Migration(migrations.Migration):\n    operations = [\n        migrations.RunSQL("a"),\n        migrations.RunSQL(\n            "b"),\n    ]\n'
    assert spans(load(folder, "written_before", text, recorded=False)) == [(6, 9, 6, 31), (7, 9, 8, 17)]


def test_an_operation_made_in_another_module_is_placed_where_the_migration_calls_it(folder: Path) -> None:
    load(folder, "written_helper", "from django.db import migrations\n\ndef make():\n    return migrations.RunSQL('x')\n")
    text = "from django.db import migrations\nfrom written_helper import make\n\nclass Migration(migrations.Migration):\n    operations = [make()]\n"
    assert spans(load(folder, "written_caller", text)) == [(5, 19, 5, 25)]


def test_a_migration_is_placed_at_its_class(folder: Path) -> None:
    module = load(folder, "written_class", WRITTEN)
    assert source.migration_location(module.Migration("0001_x", "shop")) == Location(str(module.__file__), 14, 1)


def test_recording_leaves_django_as_it_was() -> None:
    from django.db.migrations.operations.base import Operation

    before = Operation.__dict__["__new__"]
    with pytest.raises(RuntimeError), source.recording():
        raise RuntimeError
    assert Operation.__dict__["__new__"] is before
