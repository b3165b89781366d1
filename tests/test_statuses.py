"""The exit status of each way that a run can end, and what it says then. Never a traceback."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest
from django.core.management import CommandError, call_command

from migration_lint import files, lint
from tests.projects import CREATE, REPOSITORY, Project

MANAGE = [sys.executable, "-m", "django", "lintmigrations"]
EXPLAIN = [sys.executable, "-m", "django", "explainmigration"]
SCRIPT = [sys.executable, "-c", "import sys; from migration_lint.cli import main; sys.exit(main())"]
SETTINGS = """
import os
exec(os.environ.get("MORE", ""))
MIGRATION_LINT["rules"] = ["house_rules"]
DATABASES["gone"] = {"ENGINE": "django.db.backends.sqlite3", "NAME": "gone.sqlite3"}
"""
RULES = """
import os, signal
from migration_lint import Rule

class HouseRules(Rule):
    category = "house"

    def check_migration(self, migration):
        if os.environ.get("RULE") == "crash":
            raise RuntimeError("boom")
        if os.environ.get("RULE") == "interrupt":
            signal.signal(signal.SIGINT, signal.default_int_handler)
            signal.raise_signal(signal.SIGINT)
        return ()
"""
WARNING = 'migrations.RunSQL("SELECT 1"),'
INDEX = 'migrations.AddIndex("book", models.Index(fields=["title"], name="title_idx")),'


class Way(NamedTuple):
    command: list[str]
    status: int
    out: str = ""
    error: str = ""
    environment: dict[str, str] = {}


FOUND = "error[blocking-index-build]"
WAYS = {
    "clean": Way([*MANAGE, "shop", "0001"], 0, "No findings"),
    "findings": Way(MANAGE, 1, FOUND),
    "findings below the level": Way([*MANAGE, "shop", "0002"], 0, "1 warning"),
    "an option that there is not": Way([*MANAGE, "--nothing"], 2, error="unrecognized arguments: --nothing"),
    "an option that there is not, by the script": Way([*SCRIPT, "--nothing"], 2, error="unrecognized arguments: --nothing"),
    "a wrong value, by the script": Way([*SCRIPT, "--target=postgres"], 2, error="'postgres' is no vendor."),
    "wrong configuration": Way(
        MANAGE, 2, error="settings.MIGRATION_LINT has the unknown key 'tragets'.", environment={"MORE": "MIGRATION_LINT = {'tragets': []}"}
    ),
    "settings that are broken": Way(SCRIPT, 2, error="Django could not be set up with the settings project_settings: ZeroDivisionError", environment={"MORE": "1 / 0"}),
    "settings that exit": Way(SCRIPT, 2, error="Django could not be set up with the settings project_settings: SystemExit: 0", environment={"MORE": "raise SystemExit(0)"}),
    "no such commit": Way([*MANAGE, "--since=nowhere"], 2, error="--since nowhere: git knows no such commit."),
    "a rule that crashes": Way(MANAGE, 2, FOUND, environment={"RULE": "crash"}),
    "no database": Way([*MANAGE, "--unapplied=gone"], 2, error="--unapplied gone: the database could not be read"),
    "Ctrl-C": Way([*MANAGE, "--output-format=json=kept.json"], 130, error="Interrupted.", environment={"RULE": "interrupt"}),
    "a file that cannot be written": Way(
        [*MANAGE, "--output-format=json=no/x"], 2, error="no/x cannot be written", environment={"RULE": "interrupt"}
    ),
    "a closed pipe": Way(MANAGE, 1),
    "a closed pipe and a plan": Way([*EXPLAIN, "--all", "--third-party"], 0),
    "a closed pipe and a short answer": Way([*MANAGE, "--list-rules"], 0),
    "a plan": Way([*EXPLAIN, "shop"], 0, "CREATE TABLE"),
    "no plan asked for": Way(EXPLAIN, 2, error="Name an app"),
    "a plan by an option that there is not": Way([*EXPLAIN, "--nothing"], 2, error="unrecognized arguments"),
}  # fmt: skip


class Ended(NamedTuple):
    status: int
    out: str
    error: str


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Ended]:
    """All of them, two at a time."""
    folder = tmp_path_factory.mktemp("statuses")
    project = Project(folder)
    project.app("shop", **{"0001_initial": CREATE, "0002_sql": WARNING, "0003_index": INDEX})
    project.write("house_rules.py", RULES)
    project.settings("shop", more=SETTINGS)
    (folder / "kept.json").write_text("kept")
    subprocess.run(["git", "init", "--quiet"], cwd=folder, check=True)
    paths = f"{folder}{os.pathsep}{REPOSITORY}"
    own = {key: value for key, value in os.environ.items() if not key.startswith(("MIGRATION_LINT_", "GITHUB_"))}

    def start(name: str) -> subprocess.Popen[str]:
        environment = {**own, "PYTHONPATH": paths, "DJANGO_SETTINGS_MODULE": "project_settings", **WAYS[name].environment}
        process = subprocess.Popen(
            WAYS[name].command, cwd=folder, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        if name.startswith("a closed pipe"):
            assert process.stdout is not None
            process.stdout.close()
            process.stdout = None
        return process

    def end(process: subprocess.Popen[str]) -> Ended:
        out, error = process.communicate(timeout=60)
        return Ended(process.returncode, out or "", error)

    found: dict[str, Ended] = {}
    names = list(WAYS)
    for pair in zip(names[::2], names[1::2], strict=True):
        processes = [start(name) for name in pair]
        found.update(zip(pair, map(end, processes), strict=True))
    assert (folder / "kept.json").read_text() == "kept"
    return found


@pytest.mark.parametrize("name", WAYS)
def test_status(name: str, ended: dict[str, Ended]) -> None:
    way, end = WAYS[name], ended[name]
    assert (end.status, way.out in end.out, way.error in end.error) == (way.status, True, True), end
    assert "Traceback" not in end.error + end.out
    # Nothing but what is expected: no words where nothing is wrong, one line otherwise, and the usage before an option's.
    assert len(end.error.strip().splitlines()) == 1 if "unrecognized" not in way.error and way.error else True, end.error
    assert bool(end.error) == bool(way.error)


def test_a_crash_of_the_linter_is_2(monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*arguments: object, **named: object) -> None:
        raise RuntimeError("boom \x1b[31m")

    monkeypatch.setattr(lint, "prepare", crash)
    for command in ("lintmigrations", "explainmigration"):
        with pytest.raises(
            CommandError, match="the linter crashed, which is its own fault: RuntimeError: boom \ufffd"
        ) as raised:
            call_command(command, "orders", "--target=postgresql@16")
        assert raised.value.returncode == 2
        with pytest.raises(CommandError, match=r"(?s)\n\nTraceback .*, in crash\n.*RuntimeError: boom") as raised:
            call_command(command, "orders", "--target=postgresql@16", traceback=True)
        assert raised.value.__suppress_context__


def test_what_is_written_when_it_is_interrupted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*paths: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", interrupt)
    with pytest.raises(KeyboardInterrupt):
        files.write(tmp_path / "x.json", "text")
    assert list(tmp_path.iterdir()) == []
