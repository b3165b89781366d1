"""Squashed migrations that lost something, or were left half way."""

from __future__ import annotations

from pathlib import Path

from migration_lint.rules.unfinished_squash import UnfinishedSquash
from tests.graphs import Load, migration
from tests.rules.test_history import findings, place

FILL = "\ndef fill(apps, editor):\n    return apps.get_model('reviews', 'Review').objects.{}\n"
MAKES = "create(text='x')"
RUN = "migrations.RunPython(fill)"
REPLACES = "replaces = [('reviews', '0001_initial'), ('reviews', '0002_fill')]"


def file(dependencies: list[object], operations: str, head: str = "", more: str = "") -> str:
    return head + migration(dependencies, f"operations = [{operations}]; {more}")


def squash(old: str, old_head: str, new: str, new_head: str = "") -> dict[str, str | list[object]]:
    return {
        "0001_initial": [],
        "0002_fill": file([("reviews", "0001_initial")], old, old_head),
        "0001_squashed_0002_fill": file([], new, new_head, REPLACES),
    }


def test_rows_that_a_squash_does_not_make(load: Load) -> None:
    (finding,) = findings(UnfinishedSquash(), load(reviews=squash(RUN, FILL.format(MAKES), "")))
    assert finding.message == (
        "`reviews.0001_squashed_0002_fill` leaves out `fill` of `0002_fill`, which it replaces: a new database never runs it."
    )
    assert finding.help == (
        "Put it into the squashed migration, or say in `0002_fill` that nobody needs it:\n\n"
        "    migrations.RunPython(…, elidable=True)"
    )
    assert place(finding) == ("0001_squashed_0002_fill.py", 6)
    assert [(Path(location.path).name, location.line) for location in finding.related] == [("0002_fill.py", 9)]


def test_a_squash_whose_old_files_are_gone(load: Load) -> None:
    graph = load(
        reviews={"0001_squashed_0002_fill": file([], "", "", REPLACES), "0003_x": [("reviews", "0001_squashed_0002_fill")]},
        catalog={"0001_initial": [("reviews", "0002_fill")]},
    )
    (finding,) = findings(UnfinishedSquash(), graph)
    assert finding.message == (
        "`reviews.0001_squashed_0002_fill` replaces 2 migrations, all of which are gone: a database that has run only some of them "
        "can neither run the rest nor this one."
    )
    assert finding.help == (
        "Once every database has run it, delete the line `replaces = […]`, and let `catalog.0001_initial` depend on "
        '("reviews", "0001_squashed_0002_fill").'
    )
    assert place(finding) == ("0001_squashed_0002_fill.py", 6)


def test_a_squash_of_which_some_old_files_are_gone(load: Load) -> None:
    (finding,) = findings(
        UnfinishedSquash(), load(reviews={"0001_initial": [], "0001_squashed_0002_fill": file([], "", "", REPLACES)})
    )
    assert "replaces 2 migrations, 1 of which are gone" in finding.message
    assert finding.help == (
        "Once every database has run it, delete the other files, and then the line `replaces = […]`:\n\n    0001_initial.py\n"
    ).rstrip("\n")
