"""Annotations of GitHub Actions: the runner takes them from the log and shows them in the pull request."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from migration_lint.reporters import clean
from migration_lint.reporters.places import label_of, place_of, words_of
from migration_lint.types import Finding, Report, Severity

A_STEP = 10  # annotations of each kind that a step may make; the runner drops what comes after


def escape(text: str) -> str:
    return clean(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def escape_property(text: str) -> str:
    return escape(text).replace(":", "%3A").replace(",", "%2C")


def command(name: str, message: str, **properties: object) -> str:
    told = ",".join(f"{key}={escape_property(str(value))}" for key, value in properties.items() if value is not None)
    return f"::{name} {told}::{escape(message)}"


def annotation(finding: Finding) -> str:
    place = place_of(finding)
    # Columns are about one line: the runner leaves them out elsewhere.
    columns = place.end_line == place.line
    label = label_of(finding)
    return command(
        str(finding.severity).replace("note", "notice"),
        "\n\n".join(part for part in (words_of(finding), finding.help) if part),
        file=place.path,
        line=place.line,
        endLine=place.end_line,
        col=place.column if columns else None,
        endColumn=place.end_column if columns else None,
        title=f"{finding.rule} ({label})" if label else finding.rule,
    )


def lines(report: Report) -> Iterator[str]:
    """The worst first, as many as are shown, and a word about the others."""
    room = dict.fromkeys(Severity, A_STEP)
    room[Severity.NOTE] -= 1  # for the word about the others
    left: Counter[Severity] = Counter()
    for error in report.errors:
        if room[Severity.ERROR]:
            room[Severity.ERROR] -= 1
            yield command("error", error, title="not analysed")
        else:
            left[Severity.ERROR] += 1
    for finding in sorted(report.findings, key=lambda finding: -finding.severity):
        if room[finding.severity]:
            room[finding.severity] -= 1
            yield annotation(finding)
        else:
            left[finding.severity] += 1
    if left:
        counts = ", ".join(f"{left[each]} {each}{'s' if left[each] != 1 else ''}" for each in reversed(Severity) if left[each])
        yield command(
            "notice", f"{counts} more than GitHub shows of one step. The whole report has them.", title="migration-lint"
        )


def render(report: Report) -> str:
    return "\n".join(lines(report))
