"""One line a finding, in the form that editors and grep know."""

from __future__ import annotations

from collections.abc import Iterator

from migration_lint.reporters import one_line
from migration_lint.reporters.places import spot_of
from migration_lint.types import Finding, Report


def line(finding: Finding, report: Report) -> str:
    on = f" ({', '.join(finding.targets)})" if len(report.targets) > 1 and finding.targets else ""
    return f"{spot_of(finding)}: {one_line(f'{finding.severity}[{finding.rule}] {finding.message}{on}')}"


def lines(report: Report) -> Iterator[str]:
    yield from (line(finding, report) for finding in report.findings)
    for error in report.errors:
        yield one_line(f"error: {error}")


def render(report: Report) -> str:
    return "\n".join(lines(report))
