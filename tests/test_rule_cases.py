"""Each case under `cases/` finds what its comments expect, where they expect it, and nothing else; `cases/README.md` has the form."""

from __future__ import annotations

import importlib.util
import io
import re
import sys
import tokenize
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db.migrations import Migration

from migration_lint.project.source import recording
from migration_lint.rules import find_rules
from migration_lint.testing import APP, findings_of
from migration_lint.types import DATABASE_FIRST

ROOT = Path(__file__).parent / "cases"
RULES = {rule.id: rule for rule in find_rules()}
CASES = sorted(
    case for folder in ROOT.iterdir() if folder.is_dir() for case in folder.iterdir() if not case.name.startswith("_")
)
COMMENT = re.compile(r"# (expect|target|release|deploy): (.+)")


def files(case: Path) -> list[Path]:
    return sorted(case.glob("0*.py")) if case.is_dir() else [case]


def comments(path: Path) -> Iterator[tuple[str, str, int]]:
    """What the comments say: the word before the colon, each of what comes after, the line."""
    for token in tokenize.generate_tokens(io.StringIO(path.read_text(encoding="utf-8")).readline):
        if token.type == tokenize.COMMENT and (match := COMMENT.match(token.string)):
            for value in match[2].split(","):
                yield match[1], value.strip(), token.start[0]


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


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}-{case.stem}")
def test_a_case_finds_what_it_expects(case: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = [(path, *comment) for path in files(case) for comment in comments(path)]
    expected = Counter((str(path), line, value) for path, word, value, line in said if word == "expect")
    migrations = [load(path, monkeypatch) for path in files(case)]
    rules = [RULES[name] for name in sorted({case.parent.name, *(name for _, _, name in expected)})]
    for target in [value for _, word, value, _ in said if word == "target"] or ["postgresql@16"]:
        together = any(word == "release" for _, word, _, _ in said)
        order = next((value for _, word, value, _ in said if word == "deploy"), DATABASE_FIRST)
        found = findings_of(rules, migrations, target, together, order)
        places = Counter((f.location.path, f.location.line, f.rule) for f in found if f.location is not None)
        assert places == expected, (target, [(f.rule, f.message) for f in found])
