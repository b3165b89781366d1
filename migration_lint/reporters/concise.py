"""One line a finding, in the form that editors and grep know."""

from __future__ import annotations

from collections.abc import Iterator

from migration_lint.reporters import one_line
from migration_lint.reporters.places import file_of, shown_path, words_of
from migration_lint.types import Report


def lines(report: Report) -> Iterator[str]:
    for finding in report.findings:
        path, own = file_of(finding), finding.location
        line, column = (own.line or 1, own.column or 1) if own is not None and own.path == path else (1, 1)
        on = f" ({', '.join(finding.targets)})" if len(report.targets) > 1 and finding.targets else ""
        words = one_line(f"{finding.severity}[{finding.rule}] {words_of(finding)}{on}")
        yield f"{one_line(shown_path(path))}:{line}:{column}: {words}"
    for error in report.errors:
        yield one_line(f"error: {error}")


def render(report: Report) -> str:
    return "\n".join(lines(report))
