"""The baseline: what it lists is not told again, what it lists in vain is."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import migrations, models
from django.db.migrations.operations.base import Operation
from pytest_django import Settings

from migration_lint.marks import marks
from migration_lint.rules import find_rules
from migration_lint.testing import findings_of
from tests.projects import CREATE, Project


def lint(*arguments: str, migration: tuple[str, ...] = ("orders", "0002")) -> tuple[int, str]:
    out = io.StringIO()
    status = 0
    try:
        call_command("lintmigrations", *migration, "--baseline=base.json", *arguments, stdout=out)
    except SystemExit as error:
        status = int(error.code or 0)
    return status, out.getvalue()


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Settings) -> Path:
    settings.MIGRATION_LINT = {**settings.MIGRATION_LINT, "targets": ["postgresql@16"]}
    monkeypatch.chdir(tmp_path)
    return tmp_path / "base.json"


def change(file: Path, **migrations: Any) -> None:
    data = json.loads(file.read_text())
    for rule, value in migrations.items():
        data["findings"][rule.replace("_", "-")] = value
    file.write_text(json.dumps(data))


def test_what_is_listed_is_not_told_again(file: Path) -> None:
    assert lint("--write-baseline")[0] == 0
    text = file.read_text()
    data = json.loads(text)
    assert data["version"] == 1
    assert list(data["findings"]) == sorted(data["findings"])
    assert list(data["findings"]["work-under-exclusive-lock"]["orders"]) == ["0002_coupon"]
    assert "line" not in text
    assert text.endswith("}\n")
    status, out = lint()
    assert status == 0
    assert re.search(r"^No findings · 1 migration, 4 operations · \d in the baseline · ", out, re.MULTILINE)
    summary = json.loads(lint("--output-format", "json")[1])["summary"]
    assert (summary["errors"], summary["in_baseline"] > 1, summary["stale_in_baseline"]) == (0, True, 0)
    assert lint("--write-baseline")[0] == 0
    assert file.read_text() == text


def test_what_is_not_listed_is_told(file: Path) -> None:
    lint("--write-baseline")
    change(file, work_under_exclusive_lock={})
    status, out = lint("--output-format", "concise")
    assert (status, out.count("\n"), "error[work-under-exclusive-lock]" in out) == (1, 1, True)


def test_what_is_listed_in_vain_is_told_until_it_is_taken_out(file: Path) -> None:
    lint("--write-baseline")
    whole = file.read_text()
    change(
        file,
        not_null_scan={"orders": {"0002_coupon": ["00"], "0001_initial": ["11"]}, "gone": {"0001_initial": ["22"]}},
        no_such_rule={"orders": {"0002_coupon": ["33"]}},
    )
    status, out = lint()
    assert status == 0
    words = "1 entry lists what is found no more; --prune-baseline takes them out of the baseline:\n  not-null-scan in orders.0002_coupon\n"
    assert words in out
    assert lint("--prune-baseline")[0] == 0
    left = json.loads(file.read_text())["findings"]
    assert left["not-null-scan"] == {"gone": {"0001_initial": ["22"]}, "orders": {"0001_initial": ["11"]}}
    assert left["no-such-rule"] == {"orders": {"0002_coupon": ["33"]}}
    # All of the project: what was not looked at before is now, but for what no rule looks at.
    assert "gone.0001_initial" in lint(migration=())[1]
    lint("--prune-baseline", migration=())
    assert json.loads(file.read_text())["findings"].keys() == json.loads(whole)["findings"].keys() | {"no-such-rule"}


def test_less_is_found_in_one_release_and_nothing_of_it_is_stale(file: Path) -> None:
    lint("--write-baseline", migration=())
    text = file.read_text()
    assert "found no more" not in lint(migration=("orders",))[1]
    lint("--prune-baseline", migration=("orders",))
    assert file.read_text() == text
    assert "found no more" not in lint("--select", "unread-sql", migration=())[1]


WRONG = {
    "not there": (None, [], "The baseline base.json is not there. Make it with --write-baseline"),
    "no JSON": ("<<<<<<< HEAD", [], "The baseline base.json cannot be read: Expecting value"),
    "another version": ('{"version": 2}', [], "The baseline base.json has the version 2; this linter reads 1."),
    "another shape": ('{"version": 1, "findings": {"x": []}}', [], "The baseline base.json is not what --write-baseline makes."),
    "a list": ("[]", [], "The baseline base.json has the version None"),
    "no folder": (None, ["--write-baseline", "--baseline=nowhere/x"], "nowhere/x cannot be written: there is no folder nowhere."),
    "no name": (None, ["--write-baseline", "--baseline="], "There is no baseline to write: name its file, baseline = "),
    "nothing to prune": (None, ["--prune-baseline"], "The baseline base.json is not there."),
    "a link": ("link", ["--write-baseline", "--baseline=link"], "link is a symbolic link, which is not followed"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_with_the_file_is_said(name: str, file: Path) -> None:
    text, arguments, message = WRONG[name]
    if text == "link":
        (file.parent / "link").symlink_to("x")
    elif text is not None:
        file.write_text(text)
    with pytest.raises(CommandError, match=re.escape(message)) as raised:
        lint(*arguments)
    assert raised.value.returncode == 2


BOOK = 'migrations.AddIndex("book", models.Index(fields=["title"], name="by_title")),'
STOCK = 'migrations.AddIndex("book", models.Index(fields=["stock"], name="by_stock")),'
BY_HAND = 'migrations.RunSQL("CREATE INDEX a ON shop_book (price)", "DROP INDEX a"),'
WITHIN = f"migrations.SeparateDatabaseAndState(database_operations=[{BOOK}]),"
OTHER_WITHIN = f"migrations.SeparateDatabaseAndState(database_operations=[{STOCK}]),"
NOTHING = "migrations.RunPython(migrations.RunPython.noop, migrations.RunPython.noop),"


def fingerprints(*operations: str) -> dict[int, str]:
    """By the operation's place."""
    rules = [rule for rule in find_rules() if rule.id == "blocking-index-build"]
    found = findings_of(rules, f"operations = [{' '.join(operations)}]")
    assert len({finding.fingerprint for finding in found}) == len(found)
    return {finding.operation_index or 0: finding.fingerprint for finding in found}


def test_an_operation_is_known_wherever_it_stands() -> None:
    before = fingerprints(BOOK, STOCK, BY_HAND, OTHER_WITHIN)
    assert len(before) == 4
    moved = fingerprints(NOTHING, WITHIN, BY_HAND.replace("INDEX a ON", "INDEX a  ON"), STOCK, OTHER_WITHIN, BOOK)
    assert [moved[5], moved[3], moved[2], moved[4]] == [before[0], before[1], before[2], before[3]]
    assert moved[1] not in before.values()
    # What says the same of itself is counted.
    once, twice, thrice = (fingerprints(*[BY_HAND] * number) for number in (1, 2, 3))
    assert [once[0], twice[0], twice[1], len(thrice)] == [thrice[0], thrice[0], thrice[1], 3]


def test_what_an_operation_says_of_itself() -> None:
    class Broken(Operation):
        def deconstruct(self) -> Any:
            raise RuntimeError

    def work(apps: Any, schema_editor: Any) -> None: ...

    fields: Any = [("id", models.AutoField(primary_key=True)), ("a", models.TextField())]
    assert marks([
        migrations.CreateModel("Book", fields, {"db_table": "b"}),
        migrations.AlterField("book", "a", models.CharField(max_length=3)),
        migrations.AlterField("book", "a", models.TextField()),
        migrations.RunSQL(["SELECT  1", ("SELECT %s", [2])], elidable=True),
        migrations.RunPython(work),
        migrations.AddConstraint("book", models.CheckConstraint(condition=models.Q(a="b"), name="c")),
        migrations.AlterUniqueTogether("book", {("b", "a"), ("a", "c")}),
        Broken(),
    ]) == (
        "CreateModel(Book) 0",
        "AlterField(book, a) 0",
        "AlterField(book, a) 1",
        "RunSQL(SELECT 1, SELECT %s) 0",
        "RunPython(test_what_an_operation_says_of_itself.<locals>.work) 0",
        "AddConstraint(c, book) 0",
        "AlterUniqueTogether(book, a, c, b, a) 0",
        "Broken() 0",
    )  # fmt: skip


def test_a_crash_leaves_the_baseline_alone_and_lines_may_move(tmp_path: Path) -> None:
    project = Project(tmp_path)
    project.write("pyproject.toml", '[tool.migration_lint]\nbaseline = "base.json"\n')
    project.app(
        "shop",
        **{"0001_initial": CREATE, "0002_index": 'migrations.AddIndex("book", models.Index(fields=["title"], name="i")),'},
    )
    project.write("bad_rule.py", """
        from migration_lint import Rule

        class BadRule(Rule):
            def check_impact(self, impact, migration):
                raise RuntimeError("boom")
    """)  # fmt: skip
    project.settings("shop", more='MIGRATION_LINT["rules"] = ["bad_rule"]')
    done = project.run("lintmigrations", "--write-baseline")
    assert (done.status, "The baseline stays as it is" in done.err) == (2, True)
    assert not (tmp_path / "base.json").exists()
    project.settings("shop")
    assert project.run("lintmigrations", "--write-baseline").status == 0
    path = tmp_path / "shop/migrations/0002_index.py"
    path.write_text("# one\n# two\n" + path.read_text())
    assert project.run("lintmigrations").status == 0
