"""What a project had before it was linted: findings that a file lists are not told again. It names no lines, which move."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from enum import Enum
from pathlib import Path
from typing import Any

from migration_lint.conf import UsageError
from migration_lint.files import check_file, write
from migration_lint.types import Finding

VERSION = 1
WHOLE = "*"  # the app or migration of what is about none
Entry = tuple[str, str, str, str]  # rule, app, migration, fingerprint


class Change(Enum):
    """What a run does to the file: take in all that is found, or only drop what is found no more."""

    WRITE = "write"
    PRUNE = "prune"


def entry(finding: Finding) -> Entry:
    return (finding.rule, finding.app_label or WHOLE, finding.migration or WHOLE, finding.fingerprint)


def check(path: str, change: Change | None) -> None:
    """Before the work: raises UsageError where the file is not there, or cannot be written where it should be."""
    if not path and change is not None:
        raise UsageError(
            f'There is no baseline to {change.value}: name its file, baseline = "migration-lint-baseline.json" under '
            "[tool.migration_lint] in pyproject.toml, or --baseline PATH."
        )
    if change is not None:
        check_file(Path(path))
    if path and change is not Change.WRITE and not Path(path).exists():
        raise UsageError(f"The baseline {path} is not there. Make it with --write-baseline, or take the setting out.")


def read(path: str) -> frozenset[Entry]:
    """What the file lists; nothing where there is none yet. Raises UsageError."""
    try:
        data = json.loads(Path(path).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return frozenset()
    except (OSError, ValueError) as error:
        raise UsageError(f"The baseline {path} cannot be read: {error}. Make it anew with --write-baseline.") from error
    version = data.get("version") if isinstance(data, dict) else None
    if version != VERSION:
        raise UsageError(
            f"The baseline {path} has the version {version!r}; this linter reads {VERSION}. Make it anew with --write-baseline."
        )
    try:
        return frozenset(
            (rule, app_label, migration, str(mark))
            for rule, apps in data["findings"].items()
            for app_label, migrations in apps.items()
            for migration, marks in migrations.items()
            for mark in marks
        )
    except (AttributeError, KeyError, TypeError) as error:
        raise UsageError(f"The baseline {path} is not what --write-baseline makes. Make it anew.") from error


def spelled(entries: Iterable[Entry]) -> str:
    """Sorted, a fingerprint a line: two branches that change it merge."""
    found: dict[str, Any] = {}
    for rule, app_label, migration, mark in sorted(entries):
        found.setdefault(rule, {}).setdefault(app_label, {}).setdefault(migration, []).append(mark)
    return json.dumps({"version": VERSION, "findings": found}, indent=2) + "\n"


def apply(
    path: str, findings: Iterable[Finding], looked: Callable[[Entry], bool], change: Change | None
) -> tuple[list[Finding], int, tuple[Entry, ...]]:
    """What the file does not list, how many it does, and what it lists in vain; after the file was changed, if that is asked.

    `looked` says whether the rule of an entry looked at its migration: what nobody looked at may still be there.
    """
    known, found = (read(path) if Path(path).exists() else frozenset()), list(findings)
    there = {entry(finding) for finding in found}
    stale = {each for each in known - there if looked(each)}
    if change is not None:
        known, stale = (known - stale) | (there if change is Change.WRITE else set()), set()
        write(Path(path), spelled(known))
    left = [finding for finding in found if entry(finding) not in known]
    return left, len(found) - len(left), tuple(sorted(stale))
