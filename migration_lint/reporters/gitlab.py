"""GitLab's Code Quality report: GitLab tells a finding that was there before from a new one by its fingerprint."""

from __future__ import annotations

from migration_lint.reporters import clean, dump
from migration_lint.reporters.places import place_of, words_of
from migration_lint.types import Report, Severity

SEVERITIES = {Severity.ERROR: "major", Severity.WARNING: "minor", Severity.NOTE: "info"}


def render(report: Report) -> str:
    found = []
    for finding in report.findings:
        place = place_of(finding)
        found.append(
            {
                "description": clean(words_of(finding)),
                "check_name": finding.rule,
                "fingerprint": finding.fingerprint,
                "severity": SEVERITIES[finding.severity],
                "location": {"path": place.path, "lines": {"begin": place.line, "end": place.end_line or place.line}},
            }
        )
    return dump(found)
