"""reviewdog's format. Its columns count bytes of UTF-8."""

from __future__ import annotations

from typing import Any

from migration_lint.project.source import lines
from migration_lint.reporters import HOME, clean, dump
from migration_lint.reporters.places import file_of, place_of, words_of
from migration_lint.types import Location, Report, Severity

SEVERITIES = {Severity.ERROR: "ERROR", Severity.WARNING: "WARNING", Severity.NOTE: "INFO"}


def byte_column(file: str, line: int, column: int) -> int:
    text = lines(file)
    before = text[line - 1][: column - 1] if line <= len(text) else ""
    return column + len(before.encode("utf-8", "replace")) - len(before)


def span(file: str, place: Location) -> dict[str, Any]:
    line = place.line or 1
    start: dict[str, Any] = {"line": line}
    if place.column is None:
        return {"start": start}
    start["column"] = byte_column(file, line, place.column)
    if place.end_line is None or place.end_column is None:
        return {"start": start}
    return {"start": start, "end": {"line": place.end_line, "column": byte_column(file, place.end_line, place.end_column)}}


def render(report: Report) -> str:
    diagnostics = []
    for finding in report.findings:
        place, file = place_of(finding), file_of(finding)
        diagnostics.append(
            {
                "message": "\n\n".join(clean(part) for part in (words_of(finding), finding.help) if part),
                "location": {"path": place.path, "range": span(file, place)},
                "severity": SEVERITIES[finding.severity],
                "code": {"value": finding.rule},
            }
        )
    worst = max((finding.severity for finding in report.findings), default=None)
    data: dict[str, Any] = {"source": {"name": "migration-lint", "url": HOME}, "diagnostics": diagnostics}
    if worst is not None:
        data["severity"] = SEVERITIES[worst]
    return dump(data)
