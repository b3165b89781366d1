"""Whatever comes from data, files, settings or the command line, no terminal and no CI runner obeys it."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import override_settings

from migration_lint.reporters import CONTROL
from tests.test_formats import WORST, orders

TEXT = WORST.replace("\0", "").replace("\ud800", "\udcff")  # what the command line and file names can hold
LINES = ("text", "concise", "markdown")


@pytest.fixture(autouse=True)
def on_github(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")


def said(command: str, *arguments: str) -> str:
    """All that it prints."""
    out, error = io.StringIO(), io.StringIO()
    try:
        call_command(command, *arguments, stdout=out, stderr=error)
    except CommandError as raised:
        error.write(str(raised))
    except SystemExit:
        pass
    return out.getvalue() + error.getvalue()


def harmless(text: str) -> None:
    assert not CONTROL.search(text)
    assert orders(text) == []


OPTIONS = [
    "--target=", "--database=", "--fail-level=", "--deploy-order=", "--select=", "--ignore=", "--baseline=", "--output-format=",
    "--output-format=json=nowhere/", "--output-file=nowhere/", "--explain=", "--since=", "--unapplied=", "--applied=", "--check-history=",
    "--include-apps=", "--exclude-migrations=", "--start-after=", "--start-after=orders=", "--per-migration-ignores=",
    "--per-migration-ignores=*:", "--git-commit-id=", "--include-name=", "--exclude-migration-tests=", "", "-", "--", "--verbosity=", "./", "orders 0",
]  # fmt: skip


@pytest.mark.parametrize("option", OPTIONS)
def test_the_command_line(option: str) -> None:
    first, space, rest = option.partition(" ")
    words = [first, rest + TEXT] if space else [option + TEXT]
    text = said("lintmigrations", *words)
    assert text
    harmless(text)
    if option in ("", "-", "--", "--target=", "--database=", "orders 0"):
        harmless(said("explainmigration", *words))


@pytest.mark.parametrize(
    "key",
    [
        "targets",
        "exclude_migrations",
        "fail_level",
        "third_party",
        "rules",
        "select",
        "severity",
        "options",
        "baseline",
        "nothing" + TEXT,
    ],
)
def test_configuration(key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for value in (TEXT, [TEXT], {TEXT: TEXT}, {"locks": {TEXT: TEXT}}):
        with override_settings(MIGRATION_LINT={key: value}):
            harmless(said("lintmigrations", "--list-rules"))
            harmless(said("lintmigrations", "--show-settings"))
    name = f"MIGRATION_LINT_{key.upper().replace('=', '')}"
    monkeypatch.setenv(name, TEXT)
    harmless(said("lintmigrations", "--list-rules"))
    monkeypatch.delenv(name)
    for value in (json.dumps(TEXT.replace("\udcff", "")), TEXT.replace("\udcff", "")):
        (tmp_path / "pyproject.toml").write_text(f"[tool.migration_lint]\n{json.dumps(key)} = {value}\n", encoding="utf-8")
        harmless(said("lintmigrations", "--list-rules"))


MIGRATION = """
from django.db import migrations, models

class Migration(migrations.Migration):
    dependencies = [("reviews", "0001_initial")]
    operations = [
        # migration-lint: ignore[{comment}] -- {comment}
        migrations.RunSQL({sql!r}),
        migrations.RunSQL({index!r}),
        migrations.AddField("book", "x", models.IntegerField(default=lambda: int({sql!r}))),
    ]
"""
FIRST = """
from django.db import migrations, models

class Migration(migrations.Migration):
    operations = [migrations.CreateModel("Book", [("id", models.BigAutoField(primary_key=True))])]
"""


def test_migrations_and_the_baseline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name = "0002_" + TEXT.replace("/", "").replace(".", "").replace("\udcff", "")[:120]
    comment = "".join(TEXT.replace("\udcff", "").split())
    folder = tmp_path / "hostile_package"
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    (folder / "0001_initial.py").write_text(FIRST)
    sql = TEXT.replace("\udcff", "")
    text = MIGRATION.format(comment=comment, sql=sql, index=f'CREATE INDEX "{sql}" ON reviews_book (id)')
    (folder / f"{name}.py").write_text(text, encoding="utf-8")
    (folder / "0003_broken.py").write_text(f"raise ValueError({sql!r})", encoding="utf-8")
    findings = {TEXT: {TEXT: {TEXT: [TEXT]}}, "blocking-index-build": {TEXT: {TEXT: [TEXT]}, "reviews": {name: [TEXT]}}}
    (tmp_path / "base.json").write_text(json.dumps({"version": 1, "findings": findings}))
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.chdir(tmp_path)
    modules: dict[str, Any] = dict.fromkeys(("auth", "contenttypes", "accounts", "catalog", "inventory", "orders", "reporting"))
    own = {"targets": ["postgresql@16"], "baseline": "base.json"}
    with override_settings(MIGRATION_MODULES={**modules, "reviews": "hostile_package"}, MIGRATION_LINT=own):
        for each in LINES:
            text = said("lintmigrations", f"--output-format={each}")
            assert "unread-sql" in text
            assert "found no more" in text or each != "text"
            harmless(text)
        for more in ([], ["--output-format=json"]):
            plan = said("explainmigration", "reviews", *more)
            assert "CREATE INDEX" in plan
            harmless(plan)


def test_a_rule_of_a_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = TEXT.replace("\udcff", "")
    rule = f"""
from migration_lint import Rule

class Hostile(Rule):
    __doc__ = {text!r}
    category = {text!r}
    help = bad = good = {text!r}
    options = {{"x": {text!r}}}

    def check_migration(self, migration):
        yield self.finding({text!r}, migration=migration)
        raise RuntimeError({text!r})
"""
    (tmp_path / "hostile_rule.py").write_text(rule, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    with override_settings(MIGRATION_LINT={"rules": ["hostile_rule"]}):
        for arguments in (
            ["--list-rules"],
            ["--list-rules", "--output-format=json"],
            ["--explain=hostile-rule"],
            ["orders", "0002"],
        ):
            harmless(said("lintmigrations", *arguments, "--target=postgresql@16"))
