"""Squashed migrations that lost something, or were left half way."""

from __future__ import annotations

from pathlib import Path

import pytest

from migration_lint.rules.unfinished_squash import UnfinishedSquash
from tests.graphs import Load, migration
from tests.rules.test_history import findings, place

FILL = "\ndef fill(apps, editor):\n    return apps.get_model('reviews', 'Review').objects.{}\n"
MAKES, CHANGES = "create(text='x')", "update(text='x')"
RUN = "migrations.RunPython(fill{})"
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
    (finding,) = findings(UnfinishedSquash(), load(reviews=squash(RUN.format(""), FILL.format(MAKES), "")))
    assert finding.message == (
        "`reviews.0001_squashed_0002_fill` leaves out `fill` of `0002_fill`, which it replaces: a new database never runs it."
    )
    assert finding.help == (
        "Put it into the squashed migration, or say in `0002_fill` that nobody needs it:\n\n"
        "    migrations.RunPython(…, elidable=True)"
    )
    assert place(finding) == ("0001_squashed_0002_fill.py", 6)
    assert [(Path(location.path).name, location.line) for location in finding.related] == [("0002_fill.py", 9)]


HELPER = "\ndef make(model):\n    model.objects.create(text='x')\n\ndef fill(apps, editor):\n    make(apps.get_model('reviews', 'Review'))\n"
LOST = {
    "a helper makes them": (RUN.format(""), HELPER, "", ""),
    "SQL": ("migrations.RunSQL('INSERT INTO x VALUES (1)')", "", "", ""),
    "SQL in a function": (
        RUN.format(""),
        "\ndef fill(apps, editor):\n    editor.execute('insert into x values (1)')\n",
        "",
        "",
    ),
    "one of two": (f"{RUN.format('')}, {RUN.format('')}", FILL.format(MAKES), RUN.format(""), FILL.format(MAKES)),
    "nobody can read it": (RUN.format(""), "\nfrom functools import reduce as fill\n", "", ""),
}
KEPT = {
    "copied": (RUN.format(""), FILL.format(MAKES), RUN.format(", elidable=False"), FILL.format(MAKES)),
    "elidable": (RUN.format(", elidable=True"), FILL.format(MAKES), "", ""),
    "a new database has no rows to change": (RUN.format(""), FILL.format(CHANGES), "", ""),
    "nor with SQL": ("migrations.RunSQL(['UPDATE x SET y = 1'])", "", "", ""),
    "written by hand": (RUN.format(""), FILL.format(MAKES), RUN.format(""), FILL.format("create(text='x', stars=1)")),
    "nothing": ("migrations.RunPython(migrations.RunPython.noop), migrations.RunSQL('')", "", "", ""),
}


@pytest.mark.parametrize("name", [*LOST, *KEPT])
def test_what_a_squash_keeps(load: Load, name: str) -> None:
    found = findings(UnfinishedSquash(), load(reviews=squash(*(LOST | KEPT)[name])))
    assert len(found) == (name in LOST)


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


def test_a_migration_that_was_renamed_keeps_saying_so(load: Load) -> None:
    renamed = file([], "", "", "replaces = [('reviews', '0001_first')]")
    assert findings(UnfinishedSquash(), load(reviews={"0001_initial": renamed})) == []


def test_a_squash_of_a_squash(load: Load) -> None:
    graph = load(
        reviews={
            **squash(RUN.format(""), FILL.format(MAKES), RUN.format(""), FILL.format(MAKES)),
            "0001_again": file([], RUN.format(""), FILL.format(MAKES), "replaces = [('reviews', '0001_squashed_0002_fill')]"),
        }
    )
    assert findings(UnfinishedSquash(), graph) == []
