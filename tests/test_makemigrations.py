"""`makemigrations --lint`: what was written is linted, whatever else another app makes of the command, and it stays."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.management import CommandError, call_command, get_commands, load_command_class
from django.db import connection
from django.db.migrations.autodetector import MigrationAutodetector

from migration_lint.project import autodetect
from tests.installed import BOOK, CREATE, INDEX, INDEXED, MIGRATION, MODELS, Shelf

CLEAN = "Target postgresql@16\n\nNo findings · 1 migration, {} operations · 0 s\n"
OTHER = """
    from pathlib import Path
    from {module} import Command as Inner

    class Command(Inner):
        def write_migration_files(self, changes, *more):
            super().write_migration_files(changes, *more)
            Path("journal").write_text("\\n".join(changes))
"""
DJANGO = "django.core.management.commands.makemigrations"
OURS = "migration_lint.management.commands.makemigrations"


@dataclass(frozen=True)
class Made:
    status: int | None
    out: str
    err: str

    @property
    def rules(self) -> list[str]:
        return re.findall(r"^\w+\[([a-z-]+)\]", self.out + self.err, re.MULTILINE)


def make(*arguments: str, **options: Any) -> Made:
    out, err = io.StringIO(), io.StringIO()
    status: Any = 0
    try:
        call_command("makemigrations", *arguments, stdout=out, stderr=err, interactive=False, **options)
    except SystemExit as end:
        status = end.code
    return Made(status, timeless(out), timeless(err))


def timeless(stream: io.StringIO) -> str:
    return re.sub(r"[\d.]+ s$", "0 s", stream.getvalue(), flags=re.MULTILINE)


def test_what_was_written_is_linted_alone_and_as_lintmigrations_would(shelf: Shelf) -> None:
    label = shelf.add(INDEXED, **{"0001_initial": CREATE, "0002_sql": 'migrations.RunSQL("UPDATE nothing")'})
    (shelf.root / label / "migrations" / ".#0002_sql.py").symlink_to("nowhere")  # while Emacs has it open
    with shelf.installed(label):
        made = make("--lint")
        out = io.StringIO()
        with pytest.raises(SystemExit, match="1"):
            call_command("lintmigrations", label, "0003", stdout=out)
        connection.ensure_connection()  # the database is there again
    assert (made.status, made.rules, made.err) == (1, ["blocking-index-build"], "")
    assert made.out.endswith(f"of model book\n{timeless(out)}")
    assert shelf.migrations(label) == ["0001_initial", "0002_sql", "0003_book_title_idx"]


@pytest.mark.parametrize(
    ("arguments", "lint", "status", "rules"),
    [
        ((), {}, 0, []),
        ((), {"lint_makemigrations": True}, 1, ["blocking-index-build"]),
        (("--no-lint",), {"lint_makemigrations": True}, 0, []),
        (("--lint",), {"ignore": ["locks"]}, 0, []),
        (("--lint",), {"severity": {"locks": "warning"}}, 0, ["blocking-index-build"]),
        (("--lint",), {"severity": {"locks": "warning"}, "fail_level": "warning"}, 1, ["blocking-index-build"]),
        (("--lint",), {"targets": ["sqlite"]}, 0, ["database-wide-write-lock"]),
    ],
)
def test_the_configuration_counts(
    arguments: tuple[str, ...], lint: dict[str, Any], status: int, rules: list[str], shelf: Shelf
) -> None:
    label = shelf.add(INDEXED, **{"0001_initial": CREATE})
    with shelf.installed(label, **lint):
        made = make(*arguments)
    assert (made.status, made.rules, shelf.migrations(label)) == (status, rules, ["0001_initial", "0002_book_title_idx"])


def test_what_the_baseline_lists_is_not_told(shelf: Shelf) -> None:
    label = shelf.add(INDEXED, **{"0001_initial": CREATE})
    (shelf.root / "base.json").write_text('{"version": 1, "findings": {}}')
    with shelf.installed(label, baseline="base.json"):
        make("--no-lint")
        call_command("lintmigrations", "--write-baseline", stdout=io.StringIO())
        (shelf.root / label / "migrations" / "0002_book_title_idx.py").unlink()
        made = make("--lint")
    assert (made.status, made.rules) == (0, [])
    assert "1 in the baseline" in made.out


def test_what_is_written_in_one_run_is_one_release(shelf: Shelf) -> None:
    second = BOOK + "    other = models.ForeignKey('{}.Book', models.CASCADE)\n"
    one = shelf.add()
    two = shelf.add(second.format(one))
    (shelf.root / one / "models.py").write_text(MODELS + second.format(two))
    with shelf.installed(one, two):
        made = make(one, two, "--lint")
        assert sorted([*shelf.migrations(one), *shelf.migrations(two)]) == ["0001_initial", "0001_initial", "0002_initial"]
        assert (made.status, made.rules) == (0, [])
        assert "3 migrations" in made.out


@pytest.mark.parametrize(
    ("arguments", "status", "note"),
    [(["--dry-run"], 0, True), (["--check"], 1, True), (["--dry-run", "-v0"], 0, False)],
)
def test_what_is_not_written_is_not_linted(arguments: list[str], status: int, note: bool, shelf: Shelf) -> None:
    label = shelf.add(INDEXED, **{"0001_initial": CREATE})
    with shelf.installed(label):
        made = make("--lint", *arguments)
    assert (made.status, made.rules, shelf.migrations(label)) == (status, [], ["0001_initial"])
    assert made.err == ("Nothing is written, so that there is nothing to lint.\n" if note else "")


def test_without_changes_there_is_no_report(shelf: Shelf) -> None:
    label = shelf.add(
        BOOK, **{"0001_initial": CREATE, "0002_index": INDEX, "0003_x": 'migrations.RemoveIndex("book", "title_idx")'}
    )
    with shelf.installed(label):
        assert make("--lint") == Made(0, "No changes detected\n", "")


def test_empty_migrations_are_linted(shelf: Shelf) -> None:
    label = shelf.add(BOOK, **{"0001_initial": CREATE})
    with shelf.installed(label):
        made = make("--lint", "--empty", label, "-n", "filled")
    assert (made.status, made.out.endswith(CLEAN.format(0)), shelf.migrations(label)) == (
        0,
        True,
        ["0001_initial", "0002_filled"],
    )


def test_merges_are_linted(shelf: Shelf) -> None:
    label = shelf.add(INDEXED, **{"0001_initial": CREATE, "0002_index": INDEX})
    other = shelf.root / label / "migrations" / "0002_other.py"
    other.write_text((shelf.root / label / "migrations" / "0002_index.py").read_text().replace(INDEX, ""))
    with shelf.installed(label):
        made = make("--lint", "--merge")
    assert (made.status, made.out.endswith(CLEAN.format(0))) == (0, True)
    assert shelf.migrations(label)[-1] == "0003_merge_0002_index_0002_other"


def test_an_updated_migration_is_linted_in_place_of_the_old_one(shelf: Shelf) -> None:
    label = shelf.add(INDEXED, **{"0001_initial": CREATE, "0002_sql": 'migrations.RunSQL("SELECT 1", "SELECT 1")'})
    with shelf.installed(label):
        made = make("--lint", "--update", "-n", "indexed")
    assert (made.status, made.rules) == (1, ["blocking-index-build"])
    assert "1 migration, 2 operations" in made.out
    assert shelf.migrations(label) == ["0001_initial", "0002_indexed"]


def test_scripts_read_paths_alone(shelf: Shelf) -> None:
    label = shelf.add(INDEXED, **{"0001_initial": CREATE})
    with shelf.installed(label):
        made = make("--lint", "--scriptable")
    assert (made.status, made.out, made.rules) == (1, f"{label}/migrations/0002_book_title_idx.py\n", ["blocking-index-build"])


def test_silence_is_broken_by_findings_alone(shelf: Shelf) -> None:
    label = shelf.add(BOOK)
    with shelf.installed(label):
        assert make("--lint", label, "-v0") == Made(0, "", "")
    label = shelf.add(INDEXED, **{"0001_initial": CREATE})
    with shelf.installed(label):
        made = make("--lint", "-v0")
    assert (made.status, made.rules, made.out.startswith("Target")) == (1, ["blocking-index-build"], True)


@pytest.mark.parametrize("package", [False, True])
def test_an_app_gets_its_first_migration(package: bool, shelf: Shelf) -> None:
    label = shelf.add(BOOK)
    if package:  # without an __init__.py, which Django then writes
        (shelf.root / label / "migrations").mkdir()
    with shelf.installed(label):
        made = make("--lint", label)
    assert (made.status, made.out.endswith(CLEAN.format(1)), shelf.migrations(label)) == (0, True, ["0001_initial"])


def test_another_apps_models_are_not_the_matter(shelf: Shelf) -> None:
    label, other = shelf.add(BOOK), shelf.add(INDEXED, **{"0001_initial": CREATE})
    with shelf.installed(label, other):
        made = make("--lint", label)
    assert (made.status, made.rules) == (0, [])


@pytest.mark.parametrize(
    ("lint", "message"),
    [
        ({"lint_makemigrations": "yes"}, "settings.MIGRATION_LINT: lint_makemigrations is 'yes'; it has to be true or false."),
        (
            {"lint_makemigrations": True, "ignore": ["lokcs"]},
            "ignore: there is no rule or category 'lokcs'. Did you mean 'locks'?",
        ),
    ],
)
def test_a_wrong_configuration_is_told_before_anything_is_written(lint: dict[str, Any], message: str, shelf: Shelf) -> None:
    label = shelf.add(INDEXED, **{"0001_initial": CREATE})
    with shelf.installed(label, **lint):
        with pytest.raises(CommandError) as caught:
            make()
        assert str(caught.value) == f"{message} Nothing was written; makemigrations --no-lint does not ask."
        assert (caught.value.returncode, shelf.migrations(label)) == (2, ["0001_initial"])
        assert make("--no-lint").status == 0
    assert shelf.migrations(label) == ["0001_initial", "0002_book_title_idx"]


def test_a_crash_of_the_linter_leaves_what_was_written(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*arguments: object, **named: object) -> None:
        raise RuntimeError("boom")

    monkeypatch.setattr("migration_lint.lint.prepare", crash)
    label = shelf.add(INDEXED, **{"0001_initial": CREATE})
    with shelf.installed(label), pytest.raises(CommandError) as caught:
        make("--lint")
    assert caught.value.returncode == 2
    assert str(caught.value).startswith("the linter crashed, which is its own fault: RuntimeError: boom (")
    assert str(caught.value).endswith("The new migrations were written and have not been linted.")
    assert shelf.migrations(label) == ["0001_initial", "0002_book_title_idx"]


# With other apps that have a makemigrations, too.


def test_another_apps_command_does_its_part(shelf: Shelf) -> None:
    label, other = shelf.add(INDEXED, **{"0001_initial": CREATE}), shelf.add(command=OTHER.format(module=DJANGO))
    with shelf.installed("migration_lint", label, other):
        made = make("--lint")
        assert get_commands()["makemigrations"] == "migration_lint"
    assert (made.status, made.rules) == (1, ["blocking-index-build"])
    assert (shelf.root / "journal").read_text() == label


def test_before_ours_another_apps_command_stands_alone(shelf: Shelf) -> None:
    label, other = shelf.add(INDEXED, **{"0001_initial": CREATE}), shelf.add(command=OTHER.format(module=DJANGO))
    with shelf.installed(other, "migration_lint", label):
        with pytest.raises(CommandError, match="unrecognized arguments: --lint"):
            make("--lint")
        assert (make().rules, (shelf.root / "journal").read_text()) == ([], label)


def test_before_ours_it_may_build_on_ours(shelf: Shelf) -> None:
    third = shelf.add(command=OTHER.format(module=DJANGO).replace("journal", "third"))
    label, other = shelf.add(INDEXED, **{"0001_initial": CREATE}), shelf.add(command=OTHER.format(module=OURS))
    with shelf.installed(other, "migration_lint", label, third):
        made = make("--lint")
    assert (made.status, made.rules) == (1, ["blocking-index-build"])
    assert [(shelf.root / name).read_text() for name in ("journal", "third")] == [label, label]


def test_a_command_that_is_not_djangos_is_lived_with(shelf: Shelf) -> None:
    command = """
        from pathlib import Path
        from django.core.management.base import BaseCommand

        class Command(BaseCommand):
            def handle(self, *args, **options):
                assert "lint" not in options
                path = Path("{}/migrations/0002_broken.py")
                path.write_text("raise ValueError('::error::not today')")
                return "written"
    """
    label = shelf.add(BOOK, **{"0001_initial": CREATE})
    other = shelf.add(command=command.format(label))
    with shelf.installed("migration_lint", label, other):
        made = make_plain("--lint")
    assert (made.status, made.rules) == (1, ["broken-graph"])
    assert f"`{label}.0002_broken` cannot be imported: ValueError: ::error::not today." in made.out


def test_a_file_that_is_written_again_is_read_again(shelf: Shelf) -> None:
    command = """
        import os
        from pathlib import Path
        from django.core.management.base import BaseCommand

        class Command(BaseCommand):
            def handle(self, *args, **options):
                folder = Path({!r})
                times = folder.stat()
                for name, text in {!r}.items():
                    (folder / name).write_text(text)
                os.utime(folder, ns=(times.st_atime_ns, times.st_mtime_ns))  # so that a look at the folder tells nothing
    """
    label = shelf.add(INDEXED, **{"0001_initial": CREATE, "0002_later": 'migrations.RunSQL("SELECT 1")'})
    texts = {
        "0002_later.py": "\n" + MIGRATION.format(initial=False, dependencies=[(label, "0001_initial")], operations=INDEX),
        "0003_more.py": MIGRATION.format(initial=False, dependencies=[(label, "0002_later")], operations=""),
    }
    other = shelf.add(command=command.format(str(shelf.root / label / "migrations"), texts))
    with shelf.installed("migration_lint", label, other):
        call_command("lintmigrations", "--ignore=models-ahead-of-migrations", stdout=io.StringIO())
        made = make_plain("--lint")
    assert (made.status, made.rules) == (1, ["blocking-index-build"])
    assert "2 migrations, 1 operations" in made.out
    assert f"0002_later.py:8:19 ({label}.0002_later, operation 0: AddIndex)\n   │\n 8 │     operations = [{INDEX}]" in made.out


@pytest.mark.parametrize(("ours", "theirs", "own"), [(True, False, False), (True, True, True), (False, True, True)])
def test_whose_command_decides_what_would_be_written(ours: bool, theirs: bool, own: bool, shelf: Shelf) -> None:
    """Where only Django's is behind ours, models-ahead-of-migrations tells of all that it would write."""
    command = f"from {DJANGO} import Command as Inner\n\nclass Command(Inner):\n    def handle(self, *args, **options): ..."
    other = shelf.add(command=command)
    names = ["migration_lint"] * ours + [other] * theirs + ["migration_lint"] * (not ours)
    with shelf.installed(*names):
        assert autodetect.project_command() == (own, MigrationAutodetector)


def make_plain(*arguments: str) -> Made:
    """As `make`, for a command that has no options."""
    out = io.StringIO()
    with pytest.raises(SystemExit) as end:
        call_command("makemigrations", *arguments, stdout=out)
    return Made(int(str(end.value)), timeless(out), "")


def test_another_linters_command_is_passed_over(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    command = (
        OTHER.format(module=DJANGO) + '\n        def add_arguments(self, parser):\n            parser.add_argument("--lint")\n'
    )
    other = shelf.add(command=command)
    monkeypatch.setattr("migration_lint.project.commands.PASSED_OVER", {other})
    with shelf.installed("migration_lint", other):
        assert load_command_class("migration_lint", "makemigrations").__class__.__bases__[0].__module__ == DJANGO
