"""What programs read: `schemas/lintmigrations-1.json` says what stands in it."""

from __future__ import annotations

from typing import Any

from migration_lint import __version__
from migration_lint.reporters import SCHEMA_VERSION, dump
from migration_lint.reporters.places import repository_path
from migration_lint.types import Finding, Report, Target


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
        "path": repository_path(place.path) if place else None,
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


def target_data(target: Target) -> dict[str, Any]:
    return {
        "alias": target.alias,
        "vendor": target.vendor,
        "version": ".".join(map(str, target.version)),
        "assumed": target.assumed or None,
    }


def report_data(report: Report) -> dict[str, Any]:
    count = dict.fromkeys(("error", "warning", "note"), 0)
    for finding in report.findings:
        count[str(finding.severity)] += 1
    return {
        "schema_version": SCHEMA_VERSION,
        "tool": {"name": "django-migration-lint", "version": __version__},
        "targets": [target_data(target) for target in report.targets],
        "summary": {
            "errors": count["error"],
            "warnings": count["warning"],
            "notes": count["note"],
            "migrations": report.migrations,
            "left_out": report.left_out,
            "operations": report.operations,
            "unread_operations": report.incomplete.get("unread", 0),
            "suppressed": report.suppressed,
            "in_baseline": report.baselined,
            "stale_in_baseline": len(report.stale),
            "seconds": round(report.seconds, 3),
        },
        "errors": list(report.errors),
        "findings": [finding_data(finding) for finding in report.findings],
    }


def render(report: Report) -> str:
    return dump(report_data(report))
