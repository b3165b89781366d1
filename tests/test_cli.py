"""The console script: whose settings it takes, and that whatever is wrong with them ends in status 2 and one line."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from migration_lint import __version__, cli
from tests.projects import CREATE, REPOSITORY, Project, Result

INDEX = 'migrations.AddIndex("book", models.Index(fields=["title"], name="title_idx")),'
MANAGE = """
import os, sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", {!r})
    from django.core.management import execute_from_command_line
    execute_from_command_line(sys.argv)
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    made = Project(tmp_path_factory.mktemp("project"))
    made.settings("shop")
    made.app("shop", **{"0001_initial": CREATE, "0002_index": INDEX})
    made.write("manage.py", MANAGE.format("project_settings"))
    made.write("deeper/exits.py", 'import sys\n\nsys.exit("no .env,\\n\\x1b[1mthat is")')
    made.write("deeper/broken.py", 'from project_settings import *\n\nINSTALLED_APPS += ["broken_app"]')
    made.write("broken_app/__init__.py", "")
    made.write("broken_app/models.py", "\nfrom shop.models import Nothing")
    return made


def run(project: Project, *arguments: str, **environment: str) -> Result:
    """In a folder below the project's."""
    command = [sys.executable, "-c", "import sys; from migration_lint.cli import main; sys.exit(main())", *arguments]
    inherited = {key: value for key, value in os.environ.items() if key != "DJANGO_SETTINGS_MODULE"}
    paths = {**inherited, "PYTHONPATH": str(REPOSITORY), **environment}
    done = subprocess.run(
        command, cwd=project.root / "deeper", env=paths, capture_output=True, encoding="utf-8", timeout=60, check=False
    )
    return Result(done.returncode, done.stdout, done.stderr)


def test_the_project_is_that_of_manage_py(project: Project) -> None:
    result = run(project, "--output-format", "concise")
    place = project.root / "shop" / "migrations" / "0002_index.py"
    assert (result.status, result.err) == (1, "")
    assert result.out.startswith(f"{place}:8:9: error[blocking-index-build] ")


def test_settings_are_named_in_the_environment_and_on_the_command_line(project: Project) -> None:
    told = (
        "Django could not be set up with the settings {}: ModuleNotFoundError: No module named '{}'. --traceback shows where.\n"
    )
    assert run(project, DJANGO_SETTINGS_MODULE="nope") == Result(2, "", told.format("nope", "nope"))
    result = run(project, "--settings", "broken", "--pythonpath", ".", DJANGO_SETTINGS_MODULE="nope")
    models = project.root / "broken_app" / "models.py"
    assert (result.status, result.out) == (2, "")
    assert result.err.startswith(
        "Django could not be set up with the settings broken: ImportError: cannot import name 'Nothing'"
    )
    assert result.err.endswith(f" ({models}:2). --traceback shows where.\n")
    assert result.err.count("\n") == 1


def test_settings_that_exit_and_the_traceback(project: Project) -> None:
    result = run(project, "--settings=exits", "--pythonpath=.")
    words = "Django could not be set up with the settings exits: SystemExit: no .env, \N{REPLACEMENT CHARACTER}[1mthat is"
    place = project.root / "deeper" / "exits.py"
    assert result == Result(2, "", f"{words} ({place}:3). --traceback shows where.\n")
    result = run(project, "--settings=broken", "--pythonpath=.", "--traceback")
    assert "Traceback (most recent call last)" in result.err


# In this process, before Django is set up.


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.delenv("DJANGO_SETTINGS_MODULE")
    return tmp_path


def test_without_settings_it_says_how_to_name_them(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    advice = "Name them: --settings mysite.settings, or DJANGO_SETTINGS_MODULE=mysite.settings in the environment.\n"
    assert cli.main([]) == 2
    assert capsys.readouterr() == (
        "", f"DJANGO_SETTINGS_MODULE is not set, and no manage.py in {folder} or above it names any. {advice}"
    )  # fmt: skip
    (folder / "manage.py").write_text("import sys\n")
    assert cli.main(["shop"]) == 2
    assert capsys.readouterr() == (
        "",
        f"DJANGO_SETTINGS_MODULE is not set, and {folder / 'manage.py'} names no settings either. {advice}",
    )
    assert cli.main(["--settings"]) == 2
    assert capsys.readouterr() == ("", "Error: argument --settings: expected one argument\n")


def test_help_and_version_need_no_project(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert (cli.main(["--version"]), capsys.readouterr().out) == (0, f"{__version__}\n")
    assert cli.main(["--help"]) == 0
    assert capsys.readouterr().out.startswith("usage: migration-lint [-h]")


@pytest.mark.parametrize(
    ("text", "settings"),
    [
        (MANAGE.format("mysite.settings"), "mysite.settings"),
        (MANAGE.format("mysite.settings") * 2, "mysite.settings"),
        (MANAGE.format("one") + MANAGE.format("other"), None),
        ("os.environ.setdefault('DJANGO_SETTINGS_MODULE', find())", None),
        ("os.environ.setdefault('DJANGO_SETTINGS_MODULE')", None),
        ("os.environ.setdefault('OTHER', 'x')", None),
        ("def (", None),
        ("\0", None),
    ],
)
def test_the_settings_of_a_manage_py(text: str, settings: str | None, tmp_path: Path) -> None:
    (tmp_path / "manage.py").write_text(text)
    assert cli.settings_of(tmp_path / "manage.py") == settings
