"""Run the rules over the impacts, merge what is one finding, and put the most specific rule first."""

from __future__ import annotations

import hashlib
import textwrap
import traceback
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

from django.db.migrations import RunPython
from django.db.migrations.operations.base import Operation

from migration_lint.failures import told
from migration_lint.marks import marks
from migration_lint.project.source import migration_path
from migration_lint.project.suppressions import Suppressions
from migration_lint.rules import EFFECTS, Rule
from migration_lint.sql.catalog import End
from migration_lint.types import Finding, Kind, MigrationImpact, MigrationKey, Plan, Target, replace

# Several rules may see one hazard of one operation on one relation. The first of these that does reports, and names the others.
PRECEDENCE = (
    "broken-graph",
    "dependent-objects-dropped",
    "view-depends-on-column",
    "silent-truncation",
    "one-default-for-all-rows",
    "fails-on-existing-rows",
    "irreversible-operation",
    "reverse-fails-on-rows",
    "reverse-loses-data",
    "reverse-blocks",
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
    "unbatched-loop",
    "row-by-row-save",
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
# Of these categories, two faults of one operation and table have nothing to do with each other.
APART = {"design"}


def rank(finding: Finding) -> int:
    return PRECEDENCE.index(finding.rule) if finding.rule in PRECEDENCE else len(PRECEDENCE)


def fingerprint(finding: Finding, mark: str = "", *more: str) -> str:
    """The same for the same fault wherever its lines or its operation move. `mark` is what the operation is known by."""
    parts = (
        finding.rule,
        finding.app_label,
        finding.migration,
        mark,
        finding.relation,
        finding.message if finding.migration is None or finding.category in APART else "",
        *more,
    )
    return hashlib.sha256("\0".join(map(str, parts)).encode()).hexdigest()[:16]


def told_as(finding: Finding) -> tuple[object, ...]:
    """What a finding about no migration is known by."""
    return finding.rule, finding.app_label, finding.relation, finding.message


# Whether a rule, by its id, is not to tell of an app's migration; of the app, where the migration's name is empty.
Silent = Callable[[str, str, str], bool]


class Linted(NamedTuple):
    """A migration that the rules have seen."""

    key: MigrationKey
    file: str
    release: frozenset[MigrationKey]
    targets: list[Target]
    operations: dict[str, Sequence[Operation]]  # by target: a file may have others for each database


class Engine:
    """Holds the rules of one run. `errors` tells of rules that crashed; the others go on."""

    def __init__(
        self,
        rules: Iterable[Rule],
        suppressions: Suppressions | None = None,
        is_silent: Silent = lambda rule, app_label, name: False,
        is_partial: bool = False,
    ) -> None:
        """`is_partial`: the project has more targets than are linted for."""
        self.rules = tuple(rules)
        self.is_silent = is_silent
        self.is_partial = is_partial
        self.suppressions = suppressions or Suppressions({rule.id: frozenset({rule.id}) for rule in self.rules})
        self.linted: dict[MigrationKey, Linted] = {}
        self.crashed: set[str] = set()
        self.suppressed = 0
        self.errors: list[str] = []
        self.told: set[tuple[object, ...]] = set()
        self.about: dict[tuple[Target, frozenset[str], frozenset[Kind | str]], list[Rule]] = {}
        self.open: list[tuple[Rule, MigrationImpact]] = []

    @property
    def needs_reverse(self) -> bool:
        return any(rule.needs_reverse for rule in self.rules)

    def check_plan(self, plan: Plan) -> list[Finding]:
        found: list[Finding] = []
        for migration in plan.migrations:
            self.suppressions.look(migration)
        for rule in self.rules:
            self.run(rule, rule.check_plan, plan, found)
        files: dict[object, str] = {(m.app_label, m.name): migration_path(m) for m in plan.migrations} if found else {}
        # What could not be linted is no matter of opinion: no comment accepts it.
        certain = [each for each in found if each.migration and (each.app_label, each.migration) not in files]
        gone = set(map(id, certain))
        other = [each for each in found if id(each) not in gone]
        return self.merged(certain) + self.not_accepted(
            other, lambda finding: files.get((finding.app_label, finding.migration))
        )

    def check_migration(self, impacts: Iterable[MigrationImpact]) -> list[Finding]:
        """The findings of one migration on all its targets; what is about no migration is told once in a run."""
        findings: list[Finding] = []
        for impact in impacts:
            new_here = Linted(impact.key, migration_path(impact.migration), impact.release, [], {})
            linted = self.linted.setdefault(impact.key, new_here)
            linted.targets.append(impact.target)
            linted.operations[str(impact.target)] = impact.migration.operations
            self.suppressions.look(impact.migration)
            for rule in self.asked(impact):
                self.run(rule, rule.check_migration, impact, findings)
                if rule.is_patient:
                    self.run(rule, partial(self.leave_open, rule), impact, findings)
        new = [finding for finding in findings if finding.migration is not None or told_as(finding) not in self.told]
        self.told.update(told_as(finding) for finding in new if finding.migration is None)
        return self.not_accepted(new, self.file_of) if new else []

    def asked(self, impact: MigrationImpact) -> list[Rule]:
        """The rules that may have something to say: most actions and effects are no matter of most rules."""
        refused: set[str] = set()
        found: set[Kind | str] = set()
        for _, statement in impact.timeline:
            refused.update([refusal.rule for refusal in statement.refusals])
            found.update([action.kind for action in statement.actions])
            for effect in statement.effects:
                found.update([name for name in EFFECTS if getattr(effect, name)])
        if any(isinstance(part.step.operation, RunPython) for part in impact.impacts):
            found.add(Kind.FUNCTION)
        key = (impact.target, frozenset(refused), frozenset(found))
        if key not in self.about:
            self.about[key] = [
                rule for rule in self.rules if rule.concerns(impact.target) and (rule.id in refused or rule.may_find(found))
            ]
        return self.about[key]

    def file_of(self, finding: Finding) -> str | None:
        linted = self.linted.get((finding.app_label or "", finding.migration or ""))
        return linted.file if linted else None

    def not_accepted(self, found: list[Finding], file_of: Callable[[Finding], str | None]) -> list[Finding]:
        """What comments leave, merged. Who accepts what a rule says accepts what less specific ones say of the same."""
        accepted = [finding for finding in found if self.suppressions.accepts(finding, file_of(finding))]
        if accepted:
            self.suppressed += len(self.merged(accepted))
            gone, spots = set(map(id, accepted)), set()
            left = []
            for finding in sorted(found, key=rank):
                if id(finding) in gone:
                    spots.add(spot(finding))
                elif spot(finding) not in spots:
                    left.append(finding)
            found = left
        kept = self.merged(found)
        for finding in kept:
            self.suppressions.note(finding, file_of(finding))
        return kept

    def merged(self, found: Iterable[Finding]) -> list[Finding]:
        known: dict[tuple[MigrationKey, str], tuple[str, ...]] = {}

        def mark_of(finding: Finding) -> str:
            key = (finding.app_label or "", finding.migration or "")
            if finding.operation_index is None or not finding.targets or key not in self.linted:
                return ""
            target = finding.targets[0]
            if (key, target) not in known:
                known[key, target] = marks(self.linted[key].operations[target])
            return known[key, target][finding.operation_index]

        return merge(found, mark_of)

    def check_suppressions(self) -> list[Finding]:
        """What is wrong with the comments of the migrations linted. Asked last, when all that they suppress is known."""
        findings: list[Finding] = []
        told = {rule.id: rule for rule in self.rules}
        for key, linted in self.linted.items():
            for problem in self.suppressions.problems(linted.file, key, partial(self.ran, linted)):
                if rule := told.get(problem.rule):
                    self.run(rule, rule.check_plan, Plan((), (problem,), ()), findings)
        alike: Counter[tuple[object, ...]] = Counter()
        for number, finding in enumerate(findings):
            what = (finding.app_label, finding.migration, finding.rule, finding.message)
            findings[number] = replace(finding, fingerprint=fingerprint(finding, "", finding.message, str(alike[what])))
            alike[what] += 1
        return findings

    def ran(self, linted: Linted, rules: frozenset[str]) -> bool:
        """Whether each of the rules looked at the migration, and would have told of it by itself.

        Together with others, what one of them makes is new to the rest, and less is found than on another day. On a target
        that is left out this time there may be more.
        """
        if self.is_partial or len(linted.release) > 1 or any(self.is_silent(rule, *linted.key) for rule in rules):
            return False
        return rules <= {rule.id for rule in self.rules if any(map(rule.concerns, linted.targets))} - self.crashed

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
        return self.not_accepted(findings, self.file_of)

    def run(self, rule: Rule, check: Callable[[Any], Iterable[Finding]], subject: Any, found: list[Finding]) -> None:
        """Add what the rule finds, up to where it crashes."""
        try:
            found.extend(
                finding
                for finding in check(subject)
                if not (finding.app_label and self.is_silent(rule.id, finding.app_label, finding.migration or ""))
            )
        except Exception as error:
            self.crashed.add(rule.id)
            where = f" on {'.'.join(subject.key)}" if isinstance(subject, MigrationImpact) else ""
            last = traceback.extract_tb(error.__traceback__)[-1]
            self.errors.append(f"the rule {rule.id} crashed{where}: {told(error)} ({last.filename}:{last.lineno})")


def merge(found: Iterable[Finding], mark_of: Callable[[Finding], str]) -> list[Finding]:
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
    taken: set[str] = set()
    findings = []
    for finding in map(joined, by_words.values()):
        own = fingerprint(finding, mark_of(finding))
        if own in taken:  # another target has the same fault in other words
            own = fingerprint(finding, mark_of(finding), *finding.targets)
        taken.add(own)
        findings.append(replace(finding, fingerprint=own))
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


def hazard(finding: Finding) -> tuple[object, ...]:
    """What several rules may see of one operation and relation."""
    alone = finding.operation_index is None or finding.relation is None
    told_together = finding.rule in PRECEDENCE and finding.migration and finding.operation_index is None
    if finding.category in APART or (alone and not told_together):
        return (finding.rule, finding.app_label, finding.migration, finding.operation_index, finding.message)
    about = SEEN_AS.get(finding.rule, finding.category)
    return (finding.app_label, finding.migration, finding.operation_index, finding.relation, about)


def spot(finding: Finding) -> tuple[object, ...]:
    """The same, where it stands in the file: of operations within one another, each is accepted by itself."""
    return (finding.targets, finding.location, hazard(finding))


def by_hazard(found: Iterable[Finding]) -> Iterable[Finding]:
    """One target's findings, the most specific rule first; it names the others that see the same."""
    kept: dict[tuple[object, ...], Finding] = {}
    for finding in sorted(found, key=rank):
        key = hazard(finding)
        first = kept.setdefault(key, finding)
        if first is finding:
            continue
        also = first.also if finding.rule == first.rule else tuple(dict.fromkeys((*first.also, finding.rule)))
        kept[key] = replace(first, also=also, severity=max(first.severity, finding.severity))
    return kept.values()
