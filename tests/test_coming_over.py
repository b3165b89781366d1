"""What users of django-migration-linter 6.0 have written is understood here, and the page for them says so."""

from __future__ import annotations

import contextlib
import io
import itertools
import json
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connections
from django.test import override_settings
from pytest_django import Settings

from migration_lint import coming_over, conf
from migration_lint.coming_over import ALIASES, ARGUMENTS, OPTIONS, moved
from migration_lint.conf import UsageError, load_config
from migration_lint.management import moving
from tests.graphs import LABELS
from tests.projects import CREATE, MIGRATION, REPOSITORY
from tests.test_git import commit, git
from tests.test_recorded import record

# What its parser takes, and how many words; Django's own options left out.
PARSER = {
    "app_label": "?", "migration_name": "?", "--git-commit-id": "?", "--ignore-name-contains": "?", "--ignore-name": "*",
    "--include-name-contains": "?", "--include-name": "*", "--project-root-path": "?", "--include-migrations-from": "?",
    "--cache-path": "1", "--no-cache": "0", "--include-apps": "*", "--exclude-apps": "*", "--unapplied-migrations": "0",
    "--applied-migrations": "0", "--quiet": "+", "--database": "?", "--exclude-migration-tests": "*",
    "--warnings-as-errors": "*", "--sql-analyser": "?", "--ignore-sqlmigrate-errors": "0", "--ignore-initial-migrations": "0",
    "--verbosity": "1",
}  # fmt: skip
TAKES = {"?": coming_over.VALUE, "1": coming_over.VALUE, "*": coming_over.WORDS, "+": coming_over.WORDS, "0": coming_over.FLAG}
PAGE = (REPOSITORY / "docs" / "coming-over.md").read_text(encoding="utf-8")
ALIAS = "replica"
INDEX = 'migrations.AddIndex("book", models.Index(fields=["title"], name="title_idx")),'
DATA = "migrations.RunPython(print),"
BUILD, BACK = "blocking-index-build", "irreversible-operation"
SETTINGS = {"targets": ["postgresql@16", f"{ALIAS}=postgresql@16"], "select": [BUILD, BACK]}
# What stands for its operation where the package is not installed.
PACKAGE = """
from django.db.migrations.operations.base import Operation

class IgnoreMigration(Operation):
    reversible = elidable = True

    def state_forwards(self, app_label, state): pass

    def database_forwards(self, app_label, schema_editor, from_state, to_state): pass
"""


class Result(NamedTuple):
    status: int
    findings: list[tuple[str, str, str]]
    checked: int
    notes: list[str]
    said: str = ""


Run = Callable[..., Result]


def text(dependencies: list[tuple[str, str]], operations: str, head: str = "", initial: bool = False) -> str:
    body = MIGRATION.format(head=head, dependencies=dependencies, operations=" " * 8 + operations, tail="")
    return body.replace("    dependencies", "    initial = True\n    dependencies") if initial else body


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Two apps in a repository: on `main` all but a data migration, which git has not seen; a database has the first two."""
    root = tmp_path_factory.mktemp("over")
    files = {
        "reviews/0001_initial": text([], CREATE, initial=True),
        "reviews/0002_title": text([("reviews", "0001_initial")], INDEX),
        "inventory/0001_initial": text([], CREATE, initial=True),
    }
    for name, body in files.items():
        path = root / "over_apps" / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        (path.parent / "__init__.py").touch()
        path.write_text(body)
    git(root, "init", "-q", "-b", "main")
    commit(root)
    (root / "over_apps/inventory/0002_clean.py").write_text(text([("inventory", "0001_initial")], DATA))
    record(root / "db.sqlite3", ("reviews", "0001_initial"), ("reviews", "0002_title"), ("inventory", "0001_initial"))
    (root / "sub").mkdir()
    (root / "pyproject.toml").write_text("")
    sys.path.insert(0, str(root))
    yield root
    sys.path.remove(str(root))
    for name in [name for name in sys.modules if name.startswith("over_apps")]:
        del sys.modules[name]


@pytest.fixture
def run(project: Path, monkeypatch: pytest.MonkeyPatch, settings: Settings, django_db_blocker: Any) -> Iterator[Run]:
    """`lintmigrations` in a folder of the project, one finding an item: rule, severity, migration."""
    settings.MIGRATION_LINT = SETTINGS
    settings.MIGRATION_MODULES = {
        **dict.fromkeys(LABELS), "reviews": "over_apps.reviews", "inventory": "over_apps.inventory",
    }  # fmt: skip
    connections.settings[ALIAS] = {**connections.settings["default"], "NAME": str(project / "db.sqlite3")}
    assert connections[ALIAS].vendor == "sqlite"
    monkeypatch.chdir(project / "sub")

    def result(*arguments: str, **options: Any) -> Result:
        out, err, status = io.StringIO(), io.StringIO(), 0
        try:
            call_command("lintmigrations", "--output-format", "json", *arguments, stdout=out, stderr=err, **options)
        except SystemExit as error:
            status = int(error.code or 0)
        except CommandError as error:
            return Result(error.returncode, [], 0, [], str(error))
        data = json.loads(out.getvalue())
        found = [(f["rule"], f["severity"], f"{f['app_label']}.{f['migration']}") for f in data["findings"]]
        notes = [note.strip() for note in err.getvalue().split("note: ") if note]
        return Result(status, sorted(found), data["summary"]["migrations"], notes)

    with django_db_blocker.unblock():
        yield result
    del connections[ALIAS]
    del connections.settings[ALIAS]


INDEXED, CLEANED = (BUILD, "error", "reviews.0002_title"), (BACK, "warning", "inventory.0002_clean")
# By the row of the page: what was written there, what is written here, what is found in how many migrations, and what is noted.
ROWS: dict[str, tuple[str, str, int, list[tuple[str, str, str]], int, str]] = {
    "[app_label] [migration_name]": ("reviews 0002", "reviews 0002", 1, [INDEXED], 1, ""),
    "--git-commit-id REF": ("--git-commit-id main", "--since main", 0, [CLEANED], 1, "write `--since main`."),
    "--ignore-name NAME…": (
        "--ignore-name 0002_title 0002_clean", "--exclude-migrations *.0002_title,*.0002_clean", 0, [], 2,
        "write `--exclude-migrations '*.0002_title,*.0002_clean'`.",
    ),
    "--ignore-name-contains TEXT": (
        "--ignore-name-contains tit", "--exclude-migrations *.*tit*", 0, [CLEANED], 3, "write `--exclude-migrations '*.*tit*'`."
    ),
    "--include-name NAME…": (
        "--include-name 0002_title", "--include-migrations *.0002_title", 1, [INDEXED], 1,
        "write `--include-migrations '*.0002_title'`.",
    ),
    "--include-name-contains TEXT": (
        "--include-name-contains 0002", "--include-migrations *.*0002*", 1, [INDEXED, CLEANED], 2,
        "write `--include-migrations '*.*0002*'`.",
    ),
    "--include-apps APP…": ("--include-apps reviews accounts", "--include-apps reviews,accounts", 1, [INDEXED], 2, ""),
    "--exclude-apps APP…": ("--exclude-apps reviews accounts", "--exclude-apps reviews,accounts", 0, [CLEANED], 2, ""),
    "--include-migrations-from FILE": (
        "--include-migrations-from list.txt", "../over_apps/reviews/0002_title.py", 1, [INDEXED], 1,
        "write `xargs python manage.py lintmigrations < list.txt`.",
    ),
    "--unapplied-migrations": (
        f"--unapplied-migrations --database {ALIAS}", f"--unapplied {ALIAS} --database {ALIAS}", 0, [CLEANED], 1,
        f"write `--unapplied {ALIAS}`.",
    ),
    "--applied-migrations": (
        f"--applied-migrations --database {ALIAS}", f"--applied {ALIAS} --database {ALIAS}", 1, [INDEXED], 3,
        f"write `--applied {ALIAS}`.",
    ),
    "--ignore-initial-migrations": (
        "--ignore-initial-migrations", "--exclude-migrations *.000[1-9]_initial", 1, [INDEXED, CLEANED], 2,
        "write `--exclude-migrations '*.000[1-9]_initial'`.",
    ),
    "--database ALIAS": (f"--database {ALIAS}", f"--database {ALIAS}", 1, [INDEXED, CLEANED], 4, ""),
    "--sql-analyser NAME": ("--sql-analyser sqlite", "--target sqlite", 0, [CLEANED], 4, "write `--target sqlite`."),
    "--exclude-migration-tests CODE…": (
        "--exclude-migration-tests CREATE_INDEX REINDEX", "--ignore CREATE_INDEX,REINDEX", 0, [CLEANED], 4,
        "write `--ignore blocking-index-build,blocking-maintenance`.",
    ),
    "--warnings-as-errors": (
        "--warnings-as-errors --include-name 0002_clean", "--fail-level warning --include-migrations *.0002_clean", 1, [CLEANED], 1,
        "write `--fail-level warning`.",
    ),
    "--ignore-sqlmigrate-errors": ("--ignore-sqlmigrate-errors", "", 1, [INDEXED, CLEANED], 4, "unread-operation reports it."),
    "--cache-path PATH": ("--cache-path .", "", 1, [INDEXED, CLEANED], 4, "Nothing is cached"),
    "--no-cache": ("--no-cache", "", 1, [INDEXED, CLEANED], 4, "Nothing is cached"),
    "--project-root-path PATH": ("--project-root-path ..", "", 1, [INDEXED, CLEANED], 4, "run the command within the project."),
    "-q, --quiet LEVEL…": ("-q ok ignore warning error", "", 1, [INDEXED, CLEANED], 4, "findings are always told"),
}  # fmt: skip
SEEN: dict[str, Result] = {}
# Those that another test in this file shows.
ALONE = {"--warnings-as-errors CODE…", "-v, --verbosity LEVEL"}


@pytest.mark.parametrize("name", ROWS)
def test_an_option_does_what_it_did_there(name: str, run: Run, project: Path) -> None:
    (project / "sub/list.txt").write_text("README.md\nover_apps/reviews/0002_title.py\nover_apps/reviews/__init__.py\n")
    there, here, status, findings, checked, note = ROWS[name]
    old = run(*there.split())
    new = SEEN[here] = SEEN.get(here) or run(*here.split())
    assert (old.status, old.findings, old.checked) == (new.status, new.findings, new.checked) == (status, findings, checked)
    assert not new.notes
    assert len([each for each in old.notes if note and note in each]) == bool(note), old.notes
    assert len(old.notes) == len(
        {option.flag for option in OPTIONS if not option.same} & {*there.replace("-q ", "--quiet ").split()}
    )


def test_warnings_of_a_rule_as_errors(run: Run) -> None:
    arguments = ("--exclude-migration-tests", "CREATE_INDEX", "--warnings-as-errors")
    (_, note) = run(*arguments, "RUNPYTHON_REVERSIBLE").notes
    assert note == (
        "`--warnings-as-errors RUNPYTHON_REVERSIBLE` is django-migration-linter's: "
        'write `severity = {irreversible-operation = "error"}` in the configuration.'
    )
    assert run(*arguments, "RUNPYTHON_REVERSIBLE")[:2] == (1, [(BACK, "error", "inventory.0002_clean")])
    nothing = run(*arguments, "RUNPYTHON_MODEL_VARIABLE_NAME")
    assert nothing[:2] == (0, [CLEANED])
    assert nothing.notes[1].endswith("it does nothing here. What RUNPYTHON_MODEL_VARIABLE_NAME is about is no matter here.")


def test_other_severities_that_are_configured_stay(run: Run, settings: Settings) -> None:
    settings.MIGRATION_LINT = {**SETTINGS, "severity": {BUILD: "note"}}
    found = run("--warnings-as-errors", "RUNPYTHON_REVERSIBLE").findings
    assert [severity for _, severity, _ in found] == ["note", "error"]


def test_a_list_of_files_is_narrowed_by_an_app(run: Run, project: Path) -> None:
    (project / "sub/list.txt").write_text(
        "over_apps/reviews/0002_title.py\nover_apps/inventory/0002_clean.py\ngone/0001_x.py\n"
    )
    both, one = run("--include-migrations-from", "list.txt"), run("inventory", "--include-migrations-from", "list.txt")
    assert (both.findings, one.findings) == ([INDEXED, CLEANED], [CLEANED])
    assert both.notes[1] == "gone/0001_x.py: there is no such file, so that the line does not count."
    (project / "sub/list.txt").write_text("")
    assert run("--include-migrations-from", "list.txt").checked == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("--git-commit-id main --since main", "`--since main` is given in both spellings, django-migration-linter's and ours: keep one."),
        ("--exclude-migration-tests DROP_COLUM", "ignore: there is no rule or category 'DROP_COLUM'. Did you mean 'DROP_COLUMN'?"),
        ("--applied-migrations --unapplied-migrations", "the command line: no migration is both applied and unapplied: ask for one of the two."),
        ("--applied replica --unapplied-migrations", "No migration is both applied and unapplied: ask for one of the two."),
        ("--include-migrations-from no.txt", "--include-migrations-from no.txt: the file cannot be read: [Errno 2] No such file or directory: 'no.txt'."),
        ("--include-name 0001_initial --include-name-contains 2", "the command line: include_name and include_name_contains together leave nothing to lint."),
        ("--git-commit-id nowhere", "--since nowhere: git knows no such commit."),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_said(arguments: str, message: str, run: Run) -> None:
    assert run(*arguments.split()) == Result(2, [], 0, [], message)


def test_an_empty_value_says_nothing_and_is_noted(run: Run) -> None:
    """As a variable of CI that is not set."""
    result = run("--git-commit-id", "")
    assert (result.checked, result.notes) == (4, ["`--git-commit-id ''` is django-migration-linter's: it does nothing here."])
    assert run(no_cache=False, ignore_name=None).notes == []


def test_notes_hold_nothing_that_a_terminal_or_a_runner_obeys(run: Run, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    (project / "sub/list.txt").write_text("\x1b[31m##[error]x.py\n")
    notes = run("--include-migrations-from", "list.txt", "--cache-path", "\n::error::x").notes
    assert notes[1].splitlines()[1].startswith("| ::error::x'`")
    assert notes[2] == "\N{REPLACEMENT CHARACTER}[31m# # [error]x.py: there is no such file, so that the line does not count."


def test_its_options_are_not_in_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        call_command("lintmigrations", "--help")
    shown = capsys.readouterr().out
    assert "--since" in shown
    assert [option.flag for option in OPTIONS if option.flag in shown and not option.same] == []


def test_verbosity_0_prints_nothing_but_the_formats_asked_for(run: Run) -> None:
    assert run("--no-cache", verbosity=0) == Result(1, [INDEXED, CLEANED], 4, [])
    out, err = io.StringIO(), io.StringIO()
    with pytest.raises(SystemExit, match="1"):
        call_command("lintmigrations", "--no-cache", verbosity=0, stdout=out, stderr=err)
    assert (out.getvalue(), err.getvalue()) == ("", "")


# Its configuration.


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Settings) -> Path:
    settings.MIGRATION_LINT = {}
    (tmp_path / "pyproject.toml").write_text("")
    monkeypatch.chdir(tmp_path)
    return tmp_path


INI = """[tox]
env_list = %(x

[django_migration_linter]
exclude_apps = reviews, orders
include_name =
    0002_a
    0003_b
no_cache = True
unapplied_migrations = no
ignore_initial_migrations = yes
warnings_as_errors = true
sql_analyser = postgresql
git_commit_id =
"""
IN_SETTINGS = {
    "exclude_apps": ("reviews", "orders"),
    "include_name": ["0002_a", "0003_b"],
    "no_cache": True,
    "unapplied_migrations": False,
    "ignore_initial_migrations": True,
    "warnings_as_errors": [],
    "sql_analyser": "postgresql",
    "git_commit_id": None,
}
MADE = {
    "exclude_apps": ["reviews", "orders"],
    "include_migrations": ["*.0002_a", "*.0003_b"],
    "exclude_migrations": ["*.000[1-9]_initial"],
    "fail_level": "warning",
    "targets": ["postgresql"],
}


@pytest.mark.parametrize("name", [".django_migration_linter.cfg", "setup.cfg", "tox.ini", "pyproject.toml", "settings"])
def test_each_place_of_its_configuration(name: str, folder: Path, settings: Settings) -> None:
    if name == "settings":
        settings.MIGRATION_LINTER_OPTIONS = IN_SETTINGS
        where = "settings.MIGRATION_LINTER_OPTIONS"
    elif name == "pyproject.toml":
        lines = "\n".join(
            f"{key} = {json.dumps(value)}" for key, value in IN_SETTINGS.items() if value is not None
        )  # fmt: skip
        (folder / name).write_text(f"[tool.django_migration_linter]\n{lines}\n")
        where = f"[tool.django_migration_linter] in {folder / name}"
    else:
        (folder / name).write_text(INI)
        where = f"[django_migration_linter] in {name}"
    old = conf.older()
    assert old is not None
    assert (old.where, old.made) == (where, MADE)
    assert {name for name, _ in old.notes} == {"no_cache", "ignore_initial_migrations", "sql_analyser"}
    config = load_config({})
    assert {key: getattr(config, key) for key in MADE} == {
        key: conf.SEVERITIES["warning"] if key == "fail_level" else tuple(value) for key, value in MADE.items()
    }


def test_of_several_places_the_settings_count_most_and_ours_more(folder: Path, settings: Settings) -> None:
    section = "[{}django_migration_linter]\nexclude_apps = {}\n"
    (folder / "pyproject.toml").write_text(section.format("tool.", '["accounts"]') + 'ignore_name = ["0001_x"]\n')
    assert load_config({}).exclude_apps == ("accounts",)
    for name in ("tox.ini", "setup.cfg", ".django_migration_linter.cfg"):
        (folder / name).write_text(section.format("", name.strip(".")[:3]))
    assert load_config({}).exclude_apps == ("tox",)
    (folder / "tox.ini").unlink()
    assert load_config({}).exclude_apps == ("set",)
    settings.MIGRATION_LINTER_OPTIONS = {"exclude_apps": ["orders"], "ignore_name": []}
    assert (load_config({}).exclude_apps, load_config({}).exclude_migrations) == (("orders",), ("*.0001_x",))
    settings.MIGRATION_LINT = {"exclude_apps": ["catalog"]}
    assert load_config({}).exclude_apps == ("catalog",)
    assert load_config({}).exclude_migrations == ("*.0001_x",)


def test_what_to_write_is_printed_once_ready_to_be_pasted(run: Run, settings: Settings, project: Path) -> None:
    settings.MIGRATION_LINTER_OPTIONS = {
        "exclude_migration_tests": ["CREATE_INDEX"], "warnings_as_errors": ["RUNSQL_REVERSIBLE"], "git_commit_id": "main",
        "database": ALIAS, "unapplied_migrations": True, "cache_path": "x", "ignor_name": ["x"],
    }  # fmt: skip
    settings.MIGRATION_LINTER_OVERRIDE_MAKEMIGRATIONS = True
    result = run()
    assert result[:3] == (1, [(BACK, "error", "inventory.0002_clean")], 1)
    pasted = f"""[tool.migration_lint]
ignore = ["blocking-index-build"]
severity = {{irreversible-operation = "error"}}
databases = ["{ALIAS}"]
lint_makemigrations = true"""
    (note,) = result.notes
    assert note == (
        "settings.MIGRATION_LINTER_OPTIONS and settings.MIGRATION_LINTER_OVERRIDE_MAKEMIGRATIONS: this is "
        "django-migration-linter's configuration, and is read for as long as it is there.\n"
        f"In pyproject.toml it is\n\n{pasted}\n\n"
        f"On the command line it is `--since main --unapplied {ALIAS}`.\n"
        "- cache_path: Nothing is cached: every run looks at every migration anew, with the options of that run.\n"
        "- ignor_name: django-migration-linter has no such option, so that it is passed over. Did you mean ignore_name?"
    )
    with override_settings(MIGRATION_LINTER_OPTIONS={}, MIGRATION_LINTER_OVERRIDE_MAKEMIGRATIONS=False):
        (project / "pyproject.toml").write_text(pasted)
        again = run("--since", "main", "--unapplied", ALIAS)
        (project / "pyproject.toml").write_text("")
    assert again == result._replace(notes=[])


@pytest.mark.parametrize("arguments", [("--applied", ALIAS), ("--applied-migrations",)])
def test_the_command_line_counts_more_than_its_configuration(arguments: tuple[str, ...], run: Run, settings: Settings) -> None:
    settings.MIGRATION_LINTER_OPTIONS = {"unapplied_migrations": True, "database": ALIAS}
    assert (run().checked, run(*arguments).checked) == (1, 3)


def test_a_configuration_that_sets_nothing(folder: Path, settings: Settings) -> None:
    settings.MIGRATION_LINTER_OPTIONS = {"no_cache": True}
    old = conf.older()
    assert old is not None
    assert moving.advice(old).splitlines()[1] == "It sets nothing here."
    settings.MIGRATION_LINTER_OPTIONS = {}
    assert conf.older() is None


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["x"], "settings.MIGRATION_LINTER_OPTIONS is ['x']; it has to be a dictionary."),
        ({"no_cache": "perhaps"}, "settings.MIGRATION_LINTER_OPTIONS: no_cache is 'perhaps'; it has to be true or false."),
        ({"ignore_name": 3}, "settings.MIGRATION_LINTER_OPTIONS: ignore_name is 3; it has to be a list of words."),
        ({"git_commit_id": ["main"]}, "settings.MIGRATION_LINTER_OPTIONS: git_commit_id is ['main']; it has to be text."),
        ({"sql_analyser": "postgis"}, "settings.MIGRATION_LINTER_OPTIONS: sql_analyser is 'postgis'; it has to be one of sqlite, mysql, postgresql."),
        ({"include_apps": "a b", "exclude_apps": "a b"}, "settings.MIGRATION_LINTER_OPTIONS: include_apps and exclude_apps together leave nothing to lint."),
    ],
)  # fmt: skip
def test_wrong_values_are_said(options: Any, message: str, folder: Path, settings: Settings) -> None:
    settings.MIGRATION_LINTER_OPTIONS = options
    with pytest.raises(UsageError) as caught:
        conf.older()
    assert str(caught.value) == message


@pytest.mark.parametrize(
    "data", [b"[django_migration_linter", b"[django_migration_linter]\n\xff = 1", b"[django_migration_linter]\nx"]
)
def test_other_tools_files_do_no_harm(data: bytes, folder: Path) -> None:
    (folder / "setup.cfg").write_bytes(data)
    if data.count(b"]"):
        with pytest.raises(UsageError, match=r"setup\.cfg cannot be read"):
            conf.older()
    else:
        assert conf.older() is None
    (folder / "setup.cfg").write_bytes(b"[metadata]\nname\n= =\n\xff")
    (folder / "tox.ini").mkdir()
    assert conf.older() is None


def test_values_of_both_kinds_together() -> None:
    made = moved({"include_apps": ["a", "b"], "exclude_apps": "b", "app_label": "c", "migration_name": "0007"}, "x").made
    assert made == {"include_apps": ["a", "c"], "include_migrations": ["*.0007*"]}
    assert moved({"include_name": "0001_a 0002_b", "include_name_contains": "_b"}, "x").made == {
        "include_migrations": ["*.0002_b"]
    }
    assert moved({"sql_analyser": "mysql", "database": "replica", "applied_migrations": True}, "x").made == {
        "targets": ["replica=mysql"], "databases": ["replica"], "applied": "replica",
    }  # fmt: skip


# Its operation.


Ignoring = Callable[..., Path]
NUMBERS = itertools.count()


@pytest.fixture
def ignoring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Settings) -> Iterator[Ignoring]:
    """An app whose only migration has its operation, or the lines given; `installed`: its package is there."""
    name = f"over_ignoring{next(NUMBERS)}"
    rules = [BACK, "blanket-suppression", "broken-graph", "misleading-initial"]
    settings.MIGRATION_LINT = {"targets": ["postgresql@16"], "select": rules}
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.chdir(tmp_path)

    def write(installed: bool, lines: str | None = None) -> Path:
        if installed:
            package, operations = ModuleType("django_migration_linter"), ModuleType("django_migration_linter.operations")
            exec(PACKAGE, operations.__dict__)
            package.__dict__.update(operations.__dict__, __name__="django_migration_linter")
            monkeypatch.setitem(sys.modules, "django_migration_linter", package)
        root = f"{name}_{next(NUMBERS)}"
        path = tmp_path / root / "0001_clean.py"
        path.parent.mkdir()
        (path.parent / "__init__.py").touch()
        path.write_text(
            lines or text([], f"linter.IgnoreMigration(),\n        {DATA}", "import django_migration_linter as linter")
        )
        settings.MIGRATION_MODULES = {**dict.fromkeys(LABELS), "inventory": root}
        return path

    yield write
    for module in [module for module in sys.modules if module.startswith(name)]:
        del sys.modules[module]


def report(*arguments: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    out = io.StringIO()
    with contextlib.suppress(SystemExit):
        call_command("lintmigrations", *arguments, "--output-format", "json", stdout=out)
    data = json.loads(out.getvalue())
    return data["summary"], data["findings"]


def test_its_operation_accepts_all_and_is_noted(ignoring: Ignoring) -> None:
    path = ignoring(True)
    summary, (finding,) = report("inventory")
    assert (summary["suppressed"], finding["rule"], finding["severity"], finding["line"]) == (
        1,
        "blanket-suppression",
        "note",
        8,
    )
    assert finding["message"] == "`IgnoreMigration()` of django-migration-linter hides whatever is found in the migration."
    assert finding["help"] == (
        "Write a comment that names what is found, in its place and its import's:\n\n"
        "    # migration-lint: ignore-file[irreversible-operation] -- why it does no harm here"
    )
    comment = finding["help"].rpartition("\n")[2]
    lines = [comment.strip(), *(line for line in path.read_text().splitlines() if "linter" not in line)]
    ignoring(False, "\n".join(lines))
    summary, findings = report("inventory")
    assert (summary["suppressed"], findings) == (1, [])


def test_its_operation_where_nothing_is_found(ignoring: Ignoring) -> None:
    ignoring(True)
    summary, (finding,) = report("inventory", "--ignore", BACK)
    assert (summary["suppressed"], finding["help"]) == (0, "Delete it and its import: nothing was found here.")


def test_its_operation_hides_what_the_plan_tells_as_well(ignoring: Ignoring) -> None:
    """Rules about the plan are asked before any migration is looked at."""
    head = "from django_migration_linter import IgnoreMigration"
    ignoring(True, text([], f"IgnoreMigration(), {CREATE} {DATA}", head, initial=True))
    summary, (finding,) = report("inventory")
    assert summary["suppressed"] == 2
    assert "ignore-file[irreversible-operation, misleading-initial]" in finding["help"]


def test_its_operation_where_the_package_is_gone(ignoring: Ignoring) -> None:
    ignoring(False)
    _, (finding,) = report()
    assert (finding["rule"], finding["line"]) == ("broken-graph", 3)
    assert finding["message"] == (
        "The migration `inventory.0001_clean` cannot be imported: it imports `django_migration_linter`, and "
        "django-migration-linter is not installed."
    )
    assert finding["help"] == (
        "Delete this line, and `IgnoreMigration()` in line 8: it has never done anything in a database. What is found in the "
        "migration then, a comment accepts:\n\n    # migration-lint: ignore-file[rule] -- why it does no harm here"
    )


# Its app.


class Config:
    """What `apps` has of an installed app."""

    def __init__(self, name: str) -> None:
        self.name = name


@pytest.mark.parametrize(
    ("names", "id"),
    [
        (["migration_lint"], None),
        (["django_migration_linter", "migration_lint"], "migration_lint.W001"),
        (["migration_lint", "django_migration_linter"], "migration_lint.I001"),
    ],
)
def test_both_apps_at_once(names: list[str], id: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apps, "get_app_configs", lambda: [Config(name) for name in names])
    assert [(message.id, "docs/coming-over.md" in (message.hint or "")) for message in coming_over.both_installed(None)] == (
        [(id, True)] if id else []
    )


# The page.


def rows(heading: str) -> list[list[str]]:
    section = PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    found = [[cell.strip() for cell in line.strip("|").split("|")] for line in section.splitlines() if line.startswith("|")]
    return found[2:]


def test_each_of_its_options_is_known() -> None:
    assert {name.removeprefix("--").replace("-", "_"): TAKES[count] for name, count in PARSER.items()} == {
        option.name: option.takes for option in OPTIONS
    }
    assert {option.key for option in OPTIONS if option.key} <= {*conf.KEYS, *ARGUMENTS}
    assert [option.name for option in OPTIONS if not (option.key or option.note)] == []


def test_the_page_has_a_row_for_each_option_and_says_what_it_is_here() -> None:
    found = {cells[0].replace("`", ""): cells[1] for cells in rows("Options")}
    assert found.keys() == {*ROWS, *ALONE}
    for name, (_, here, *_, note) in ROWS.items():
        if "write `" in note:
            written = note.partition("write `")[2].partition(" ")[0]
            assert f"`{written}" in found[name], (name, written)
        elif not here:
            assert found[name] == "nothing"
    flags = {flag for name in found for flag in re.findall(r"--[a-z-]+", name)}
    assert flags == {name for name in PARSER if name.startswith("--")}


def test_the_page_has_its_codes() -> None:
    found = {cells[0].strip("`"): tuple(re.findall(r"\[([a-z-]+)\]\(rules/\1\.md\)", cells[1])) for cells in rows("Codes")}
    assert found == ALIASES


def test_the_page_has_its_settings_and_files() -> None:
    there = " ".join(cells[0] for cells in rows("Settings and files"))
    names = [*coming_over.FILES, coming_over.SETTING, coming_over.OVERRIDE, "[tool.django_migration_linter]"]
    assert [name for name in names if f"`{name}`" not in there] == []


OWN = "test_coming_over.py::"
# Which test holds what the page says of each of these.
HELD = {
    "`IgnoreMigration()` in a migration": OWN + "test_its_operation_accepts_all_and_is_noted",
    "`IgnoreMigration()`, and the package is gone": OWN + "test_its_operation_where_the_package_is_gone",
    "`makemigrations --lint`": "test_makemigrations.py::test_what_was_written_is_linted_alone_and_as_lintmigrations_would",
    "Both apps are installed": OWN + "test_both_apps_at_once",
    "Status 1 on errors": "test_commands.py::test_wrong_usage_is_2",
    "A summary of valid, erroneous, warned and ignored migrations": "test_readme.py::test_the_sample_is_what_is_printed",
    "`call_command` cannot capture the output": OWN + "test_an_option_does_what_it_did_there",
    "A new table is exempt": "rules/test_locks.py::test_new_table_in_same_release_costs_nothing",
    "A page for each check": "test_commands.py::test_a_rule_is_explained",
    "No connection to a database": "test_offline.py::test_command_does_not_connect",
    "Changed and uncommitted files": "test_git.py::test_everything_that_is_not_as_it_was",
    "Leaving out by app and name": OWN + "test_an_option_does_what_it_did_there",
    "Accepting one operation": "test_suppressions.py::test_what_a_comment_is_about",
    "Adopting an old project at once": "test_baseline.py::test_what_is_listed_is_not_told_again",
    "A removal in two steps": "test_cases.py::test_a_column_leaves_in_two_releases",
    "Locks of constraints and foreign keys": "rules/test_locks.py::test_new_key_on_a_table_in_use",
    "SQLite's tables made anew, which are no NOT NULL": "test_peer_cases.py::test_what_others_report_for_the_wrong_reason",
    "A cache that heeds the options": OWN + "test_an_option_does_what_it_did_there",
    "Squashed migrations": "test_rule_cases.py::test_a_project_finds_what_it_expects",
    "How to do it instead": "rules/test_locks.py::test_advice_followed_leaves_nothing_to_find",
    "PostGIS and other engines": "test_collect.py::test_a_third_partys_schema_editor_keeps_its_say",
    "Oracle": "test_oracle.py::test_a_scenario_is_as_documented",
    "Speed": "test_collect.py::test_states_that_differ_in_indexes_alone_share_a_class",
}


def test_what_the_page_says_is_held_by_a_test() -> None:
    said = {cells[0] for heading in ("What it does", "What was asked for there") for cells in rows(heading)}
    assert said == HELD.keys()
    for test in HELD.values():
        file, _, name = test.partition("::")
        assert f"\ndef {name}(" in (REPOSITORY / "tests" / file).read_text(encoding="utf-8"), test


def test_the_example_in_python_runs(run: Run) -> None:
    (example,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    with pytest.raises(AssertionError, match="blocking-index-build"):
        exec(example.replace('"shop"', '"reviews", "0002"'), {})


@pytest.mark.parametrize("path", sorted(set(re.findall(r"\]\(([^)#]+)\)", PAGE))))
def test_links_lead_somewhere(path: str) -> None:
    assert (REPOSITORY / "docs" / path).exists()
