"""What the README says is so."""

from __future__ import annotations

import io
import re
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from migration_lint.choosing import chosen, ignored_by_migration
from migration_lint.conf import Config, Source
from migration_lint.pages import CATEGORIES
from migration_lint.reporters.text import Printer
from migration_lint.rules import find_rules
from tests.installed import CREATE, INDEX, INDEXED, Shelf
from tests.projects import REPOSITORY

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

README = (REPOSITORY / "README.md").read_text(encoding="utf-8")
INTEGRATIONS = (REPOSITORY / "docs" / "integrations.md").read_text(encoding="utf-8")


def test_the_list_of_categories_is_the_rules() -> None:
    rows = dict(re.findall(r"^\| \[([a-z-]+)\]\(docs/rules/README.md#\1\) \| (.+) \|$", README, re.MULTILINE))
    assert rows == CATEGORIES
    assert {rule.category for rule in find_rules()} <= rows.keys()


def test_the_sample_of_a_configuration_is_one() -> None:
    sample = README.partition("```toml\n")[2].partition("\n```")[0]
    config = Config().updated(Source("the README", tomllib.loads(sample)["tool"]["migration_lint"]))
    assert {rule.id for rule in chosen(config)} >= {"wide-index"}
    ignored_by_migration(config, find_rules())
    assert len(config.origins) > 5


def test_the_sample_is_what_is_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(REPOSITORY / "testproject")
    out = io.StringIO()
    with pytest.raises(SystemExit):
        call_command("lintmigrations", "orders", "0002", stdout=out)
    sample = README.partition("```text\n")[2].partition("\n```")[0]
    printed = out.getvalue()
    assert re.sub(r"[\d.]+ s$", "", sample) in re.sub(r"[\d.]+ s$", "", printed.rstrip("\n"))


@pytest.mark.parametrize("path", re.findall(r"\]\(([^)#]+)\)", README))
def test_links_lead_somewhere(path: str) -> None:
    assert (REPOSITORY / path).exists()


@pytest.mark.parametrize("path", re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", INTEGRATIONS))
def test_links_between_places_lead_somewhere(path: str) -> None:
    assert (REPOSITORY / "docs" / path).exists()


def test_the_example_of_tests_runs(shelf: Shelf) -> None:
    (example,) = re.findall(r"```python\n# tests/test_migrations.py\n(.+?)```", INTEGRATIONS, re.DOTALL)
    names: dict[str, Any] = {}
    exec(example, names)
    label = shelf.add(INDEXED, **{"0001_initial": CREATE, "0002_index": INDEX})
    with shelf.installed(label):
        with pytest.raises(AssertionError) as caught:
            names["test_migrations_are_safe"]()
        sample = re.findall(r"```text\nAssertionError: (.+?)…", INTEGRATIONS, re.DOTALL)[0]
        told = str(caught.value).replace(label, "shop").replace(":7:19", ":8:9")
        assert told.startswith(sample.rstrip())
        with pytest.raises(AssertionError, match="--since asks git"):
            names["test_what_this_branch_adds"]()


def test_the_two_commands_are_there() -> None:
    for command in re.findall(r"^python3 (\S+)$", README, re.MULTILINE):
        assert (REPOSITORY / command).is_file()
    assert "python3 testproject/demo.py" in README
    assert "python3 tests/run.py" in (REPOSITORY / ".ci" / "run").read_text(encoding="utf-8")
    assert "python3 tests/run.py" in README


@pytest.mark.parametrize("width", [40, 72, 200])
def test_a_report_fits_the_terminal(width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Prose wraps to the width; code and SQL are left whole, so that they can be pasted."""
    from migration_lint import conf, lint
    from migration_lint.reporters.text import print_report

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.chdir(REPOSITORY / "testproject")
    out = Terminal()
    report = lint.lint(lint.prepare(conf.Config(("postgresql@16",)), "orders", "0002"))
    print_report(report, Printer(out, color=False, width=width))
    prose = [line for line in out.getvalue().splitlines() if line.startswith(("error[", "   = lock"))]
    assert prose
    assert all(len(line) <= max(width, 40) for line in prose)


def test_docs_exist() -> None:
    assert {path.name for path in Path(REPOSITORY / "docs").glob("*.md")} >= {"architecture.md", "integrations.md", "status.md"}
