"""Run the rules over the impacts, merge what is one finding, and put the most specific rule first."""

from __future__ import annotations

import hashlib
import textwrap
import traceback
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from migration_lint.rules import Rule
from migration_lint.sql.catalog import End
from migration_lint.types import Finding, MigrationImpact, Plan, Target, replace

# Several rules may see one hazard of one operation on one relation. The first of these that does reports, and names the others.
PRECEDENCE = (
    "broken-graph",
    "dependent-objects-dropped",
    "view-depends-on-column",
    "unread-operation",
    "unread-sql",
    "concurrently-in-transaction",
    "blocking-maintenance",
    "blocking-partition-change",
    "needless-non-atomic",
    "half-applied-on-failure",
    "table-rewrite",
    "foreign-key-churn",
    "large-object-default",
    "index-build-under-exclusive-lock",
    "blocking-index-build",
    "not-null-scan",
    "blocking-foreign-key-check",
    "blocking-constraint-check",
    "validated-in-same-transaction",
    "work-under-exclusive-lock",
    "whole-table-update",
    "schema-and-data-together",
    "timeout-breaks-concurrent-build",
    "blocking-index-drop",
    "blocking-trigger-change",
    "referenced-table-locked",
    "several-tables-locked",
    "copying-alter",
    "instant-budget",
    "rebuilding-alter",
    "removal-in-one-release",
    "dropped-table-in-use",
    "renamed-table",
    "dropped-column-in-use",
    "renamed-column",
    "old-code-breaks",
    "new-code-breaks",
    "required-column-dropped",
    "required-column-without-default",
    "incompatible-type",
    "narrowed-type",
    "null-no-longer-allowed",
    "database-default-removed",
    "new-constraint-rejects-old-writes",
)

# What one of these is about, rules of another category see as well.
SEEN_AS = {"schema-and-data-together": "locks"}


def rank(finding: Finding) -> int:
    return PRECEDENCE.index(finding.rule) if finding.rule in PRECEDENCE else len(PRECEDENCE)


def fingerprint(finding: Finding, *more: str) -> str:
    """The same for the same fault wherever its lines move."""
    parts = (
        finding.rule,
        finding.app_label,
        finding.migration,
        finding.operation_index,
        finding.relation,
        finding.message if finding.migration is None else "",
        *more,
    )
    return hashlib.sha256("\0".join(map(str, parts)).encode()).hexdigest()[:16]


def told_as(finding: Finding) -> tuple[object, ...]:
    """What a finding about no migration is known by."""
    return finding.rule, finding.app_label, finding.relation, finding.message


class Engine:
    """Holds the rules of one run. `errors` tells of rules that crashed; the others go on."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules = tuple(rules)
        self.errors: list[str] = []
        self.told: set[tuple[object, ...]] = set()
        self.patient = [rule for rule in self.rules if type(rule).awaits_end is not Rule.awaits_end]
        self.open: list[tuple[Rule, MigrationImpact]] = []

    @property
    def needs_reverse(self) -> bool:
        return any(rule.needs_reverse for rule in self.rules)

    def check_plan(self, plan: Plan) -> list[Finding]:
        found: list[Finding] = []
        for rule in self.rules:
            self.run(rule, rule.check_plan, plan, found)
        return merge(found)

    def check_migration(self, impacts: Iterable[MigrationImpact]) -> list[Finding]:
        """The findings of one migration on all its targets; what is about no migration is told once in a run."""
        findings: list[Finding] = []
        for impact in impacts:
            for rule in self.rules:
                if rule.concerns(impact.target):
                    self.run(rule, rule.check_migration, impact, findings)
                    if rule in self.patient:
                        self.run(rule, partial(self.leave_open, rule), impact, findings)
        new = [finding for finding in findings if finding.migration is not None or told_as(finding) not in self.told]
        self.told.update(told_as(finding) for finding in new if finding.migration is None)
        return merge(new) if new else []

    def leave_open(self, rule: Rule, impact: MigrationImpact) -> tuple[Finding, ...]:
        if rule.awaits_end(impact):
            self.open.append((rule, impact))
        return ()

    def check_end(self, ends: Mapping[Target, End]) -> list[Finding]:
        """What the end of the plan tells of the migrations that were left open."""
        findings: list[Finding] = []
        for rule, impact in self.open:
            if (end := ends.get(impact.target)) is not None:
                self.run(rule, partial(rule.check_end, end=end), impact, findings)
        return merge(findings)

    def run(self, rule: Rule, check: Callable[[Any], Iterable[Finding]], subject: Any, found: list[Finding]) -> None:
        """Add what the rule finds, up to where it crashes."""
        try:
            found.extend(check(subject))
        except Exception as error:
            where = f" on {'.'.join(subject.key)}" if isinstance(subject, MigrationImpact) else ""
            last = traceback.extract_tb(error.__traceback__)[-1]
            self.errors.append(
                f"the rule {rule.id} crashed{where}: {type(error).__name__}: {error} ({last.filename}:{last.lineno})"
            )


def merge(found: Iterable[Finding]) -> list[Finding]:
    """On each target one finding per operation, relation and hazard; then one for all the targets of which it says the same.

    Where the way out is not the same on all of them, it is told for each.
    """
    by_target: dict[tuple[str, ...], list[Finding]] = {}
    for finding in found:
        by_target.setdefault(finding.targets, []).append(finding)
    by_words: dict[tuple[object, ...], list[Finding]] = {}
    for finding in (kept for group in by_target.values() for kept in by_hazard(group)):
        place = (finding.rule, finding.app_label, finding.migration, finding.operation_index, finding.relation)
        by_words.setdefault((*place, finding.message), []).append(finding)
    marks: set[str] = set()
    findings = []
    for finding in map(joined, by_words.values()):
        mark = fingerprint(finding)
        if mark in marks:  # another target has the same fault in other words
            mark = fingerprint(finding, *finding.targets)
        marks.add(mark)
        findings.append(replace(finding, fingerprint=mark))
    return sorted(
        findings,
        key=lambda f: (f.operation_index is None, f.operation_index or 0, -f.severity, f.rule, f.relation or ""),
    )


def joined(same: list[Finding]) -> Finding:
    """One finding of what is said of several targets."""
    first = same[0]
    if len(same) == 1:
        return first
    ways: dict[str, list[str]] = {}
    for finding in same:
        ways.setdefault(finding.help, []).extend(finding.targets)
    help = first.help
    if len(ways) > 1:
        told = [f"On {', '.join(targets)}:\n{textwrap.indent(way.strip(), '    ')}" for way, targets in ways.items()]
        help = "\n".join(told)
    return replace(
        first,
        help=help,
        targets=tuple(dict.fromkeys(target for finding in same for target in finding.targets)),
        also=tuple(dict.fromkeys(rule for finding in same for rule in finding.also)),
        severity=max(finding.severity for finding in same),
    )


def by_hazard(found: Iterable[Finding]) -> Iterable[Finding]:
    """One target's findings, the most specific rule first; it names the others that see the same."""
    kept: dict[tuple[object, ...], Finding] = {}
    for finding in sorted(found, key=rank):
        hazard: tuple[object, ...] = (
            finding.app_label,
            finding.migration,
            finding.operation_index,
            finding.relation,
            SEEN_AS.get(finding.rule, finding.category),
        )
        alone = finding.operation_index is None or finding.relation is None
        if alone and not (finding.rule in PRECEDENCE and finding.migration and finding.operation_index is None):
            hazard = (finding.rule, finding.app_label, finding.migration, finding.operation_index, finding.message)
        first = kept.setdefault(hazard, finding)
        if first is finding:
            continue
        also = first.also if finding.rule == first.rule else tuple(dict.fromkeys((*first.also, finding.rule)))
        kept[hazard] = replace(first, also=also, severity=max(first.severity, finding.severity))
    return kept.values()
