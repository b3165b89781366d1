"""Each case under `cases/` finds what its comments expect, where they expect it, and nothing else; `cases/README.md` has the form."""

from __future__ import annotations

import importlib.util
import io
import re
import runpy
import shutil
import sys
import tokenize
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from asgiref.local import Local
from django.apps import apps
from django.conf import settings
from django.db import connections
from django.db.migrations import Migration
from django.test import override_settings

from migration_lint import Finding, conf, lint
from migration_lint.project.source import recording
from migration_lint.rules import find_rules
from migration_lint.testing import APP, findings_of
from migration_lint.types import DATABASE_FIRST
from tests.test_git import commit, git
from tests.test_recorded import record

ROOT = Path(__file__).parent / "cases"
RULES = {rule.id: rule for rule in find_rules()}
CASES = sorted(
    case for folder in ROOT.iterdir() if folder.is_dir() for case in folder.iterdir() if not case.name.startswith("_")
)
PROJECTS = [case for case in CASES if case.is_dir() and not any(case.glob("0*.py"))]
COMMENT = re.compile(r"# (expect|target|release|deploy|rules|applied): ([^#]+)")
NO_LINE = " (no line)"
Place = tuple[str | None, int | None, str]


class Said(NamedTuple):
    """What a comment says: the word before the colon, one of what comes after, and where."""

    word: str
    value: str
    path: str
    line: int


def comments(path: Path, name: str) -> Iterator[Said]:
    for token in tokenize.generate_tokens(io.StringIO(path.read_text(encoding="utf-8")).readline):
        if token.type == tokenize.COMMENT and (match := COMMENT.search(token.string)):
            for value in match[2].split(","):
                yield Said(match[1], value.strip(), name, token.start[0])


def values(said: Iterable[Said], word: str) -> list[str]:
    return [each.value for each in said if each.word == word]


def expected(said: Iterable[Said]) -> Counter[Place]:
    return Counter(
        (None, None, each.value.removesuffix(NO_LINE)) if each.value.endswith(NO_LINE) else (each.path, each.line, each.value)
        for each in said
        if each.word == "expect"
    )


def places(found: Iterable[Finding], root: Path) -> Counter[Place]:
    """Where the findings point, from the folder of the case."""
    where = [(str((root / f.location.path).relative_to(root)), f.location.line) if f.location else (None, None) for f in found]
    return Counter((path, line, f.rule) for (path, line), f in zip(where, found, strict=True))


def rules_of(case: Path, said: list[Said]) -> list[str]:
    return sorted({case.parent.name, *values(said, "rules"), *(rule for _, _, rule in expected(said))})


def load(path: Path, monkeypatch: pytest.MonkeyPatch) -> Migration:
    name = f"migration_lint_case_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, name, module)
    with recording():
        spec.loader.exec_module(module)
    migration: Migration = module.Migration(path.stem, APP)
    return migration


@pytest.mark.parametrize(
    "case", [case for case in CASES if case not in PROJECTS], ids=lambda case: f"{case.parent.name}-{case.stem}"
)
def test_a_case_finds_what_it_expects(case: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = sorted(case.glob("0*.py")) if case.is_dir() else [case]
    root = files[0].parent
    said = [each for path in files for each in comments(path, path.name)]
    migrations = [load(path, monkeypatch) for path in files]
    rules = [RULES[name] for name in rules_of(case, said)]
    for target in values(said, "target") or ["postgresql@16"]:
        order = next(iter(values(said, "deploy")), DATABASE_FIRST)
        found = findings_of(rules, migrations, target, bool(values(said, "release")), order)
        assert places(found, root) == expected(said), (target, [(f.rule, f.message) for f in found])


def copy(project: Path, root: Path) -> None:
    """A project that has no `__init__.py` at all gets them in its apps and their migrations."""
    shutil.copytree(project, root, ignore=shutil.ignore_patterns("__pycache__"))
    if not any(root.rglob("__init__.py")):
        for folder in {folder for path in root.rglob("*.py") for folder in path.relative_to(root).parents} - {Path()}:
            (root / folder / "__init__.py").touch()


@contextmanager
def project(root: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Work in the Django project of this folder: its apps, and what its `settings.py` says."""
    monkeypatch.chdir(root)
    monkeypatch.syspath_prepend(str(root))
    labels = sorted({path.parent.name for name in ("models.py", "migrations") for path in root.glob(f"*/{name}")})
    own = {"INSTALLED_APPS": ["migration_lint", *labels], "DATABASE_ROUTERS": [], "MIGRATION_LINT": {}}
    if (root / "settings.py").exists():
        own |= {name: value for name, value in runpy.run_path("settings.py").items() if name.isupper()}
    sqlite = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": str(root / "db.sqlite3")}}
    databases: Any = own.pop("DATABASES", sqlite)
    # What Django's tests cannot override: the connections are kept aside.
    for name, value in (("settings", connections.configure_settings(databases)), ("_connections", Local())):
        monkeypatch.setattr(connections, name, value)
    pending = set(apps._pending_operations)
    try:
        installed = own.pop("INSTALLED_APPS")
        with override_settings(**own), override_settings(INSTALLED_APPS=installed):  # auth asks for its user model at once
            settings.DATABASES = databases
            yield
    finally:
        for label in labels:
            apps.all_models.pop(label, None)
        for key in set(apps._pending_operations) - pending:
            del apps._pending_operations[key]
        for name in [name for name in sys.modules if name.partition(".")[0] in {path.stem for path in root.iterdir()}]:
            del sys.modules[name]


@pytest.mark.parametrize("case", PROJECTS, ids=lambda case: f"{case.parent.name}-{case.stem}")
def test_a_project_finds_what_it_expects(
    case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, django_db_blocker: Any
) -> None:
    root, now, since = tmp_path.resolve() / "project", case, None
    if (case / "before").is_dir():
        now, since = case / "after", "HEAD"
        copy(case / "before", root)
        git(root, "init", "-q")
        commit(root)
        (root / ".git").rename(tmp_path / "git")
        shutil.rmtree(root)
    copy(now, root)
    if since:
        (tmp_path / "git").rename(root / ".git")
    files = {str(path.relative_to(folder)): path for folder in (case / "before", now) for path in folder.rglob("*.py")}
    said = [each for name, path in files.items() for each in comments(path, name)]
    applied = [(label, name) for label, _, name in (value.partition(".") for value in values(said, "applied"))]
    with project(root, monkeypatch), django_db_blocker.unblock():
        if applied:
            record(root / "db.sqlite3", *applied)
        config = conf.load_config({"targets": values(said, "target") or ["postgresql@16"], "select": rules_of(case, said)})
        report = lint.lint(lint.prepare(config, since=since, check_history=["default"] if applied else ()))
    assert report.errors == ()
    assert places(report.findings, root) == expected(said), [(f.rule, f.message, f.location) for f in report.findings]


def test_every_rule_has_cases() -> None:
    assert {case.parent.name for case in CASES} == RULES.keys()
    texts = {rule: "".join(path.read_text(encoding="utf-8") for path in (ROOT / rule).rglob("*.py")) for rule in RULES}
    assert [rule for rule, text in texts.items() if f"# expect: {rule}" not in text] == []
