"""A report in each of the formats: functions from a Report to text."""

from __future__ import annotations

import functools
import json
import os
import re
from collections.abc import Callable
from typing import Any

from migration_lint.types import Finding, Report

SCHEMA_VERSION = 1
# What a terminal obeys instead of showing: C0 but tab and newline, DEL, C1, and the bidirectional controls.
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]")


def clean(text: str) -> str:
    """Text from data, fit to be printed."""
    return CONTROL.sub("\N{REPLACEMENT CHARACTER}", text.replace("\r\n", "\n"))


def shown_path(path: str) -> str:
    """Relative to the working directory where it lies below."""
    return below(path, os.getcwd())


real_path = functools.lru_cache(maxsize=1)(os.path.realpath)


@functools.lru_cache(maxsize=64)
def below(path: str, folder: str) -> str:
    if path.startswith(folder + os.sep):
        return path[len(folder) + 1 :]
    real, real_folder = os.path.realpath(path), real_path(folder)
    return real[len(real_folder) + 1 :] if real.startswith(real_folder + os.sep) else path


def finding_data(finding: Finding) -> dict[str, Any]:
    place = finding.location
    return {
        "rule": finding.rule,
        "category": finding.category,
        "severity": str(finding.severity),
        "message": finding.message,
        "help": finding.help,
        "app_label": finding.app_label,
        "migration": finding.migration,
        "operation_index": finding.operation_index,
        "operation": finding.operation,
        "path": shown_path(place.path) if place else None,
        "line": place.line if place else None,
        "column": place.column if place else None,
        "end_line": place.end_line if place else None,
        "end_column": place.end_column if place else None,
        "targets": list(finding.targets),
        "relation": finding.relation,
        "lock": finding.lock,
        "blocks": str(finding.blocks) if finding.blocks is not None else None,
        "sql": finding.sql,
        "also": list(finding.also),
        "fingerprint": finding.fingerprint,
    }


def report_data(report: Report) -> dict[str, Any]:
    from migration_lint import __version__

    count = dict.fromkeys(("error", "warning", "note"), 0)
    for finding in report.findings:
        count[str(finding.severity)] += 1
    return {
        "schema_version": SCHEMA_VERSION,
        "tool": {"name": "django-migration-lint", "version": __version__},
        "targets": [
            {
                "alias": t.alias,
                "vendor": t.vendor,
                "version": ".".join(map(str, t.version)),
                "assumed": t.assumed or None,
            }
            for t in report.targets
        ],
        "summary": {
            "errors": count["error"],
            "warnings": count["warning"],
            "notes": count["note"],
            "migrations": report.migrations,
            "operations": report.operations,
            "unread_operations": report.incomplete.get("unread", 0),
            "seconds": round(report.seconds, 3),
        },
        "errors": list(report.errors),
        "findings": [finding_data(finding) for finding in report.findings],
    }


def dump(data: Any) -> str:
    """JSON with nothing in it that a terminal obeys."""
    return json.dumps(data, indent=2, ensure_ascii=True)


def json_report(report: Report) -> str:
    return dump(report_data(report))


FORMATS: dict[str, Callable[[Report], str] | None] = {"text": None, "json": json_report}
