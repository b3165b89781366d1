"""Which rules run, and what a project says of them by name."""

from __future__ import annotations

import re
from typing import Any

import pytest

from migration_lint import Finding, Impact, MigrationImpact, Rule, Severity, choosing, testing
from migration_lint.coming_over import ALIASES
from migration_lint.conf import Config, UsageError
from migration_lint.rules import find_rules
from migration_lint.testing import findings_of


class Found(Rule):
    """Something in every operation."""

    category = "found"
    severity = Severity.WARNING
    severity_on = {"sqlite": Severity.NOTE}
    covers = ("sought",)
    options = {"count": 3, "share": 0.5, "strict": False, "word": "x", "names": ("a",), "pattern": re.compile("")}

    def check_impact(self, impact: Impact, migration: MigrationImpact) -> list[Finding]:
        loud = Severity.ERROR if self.option("strict") else None
        return [self.finding("Found.", impact=impact, migration=migration, severity=loud, help="Look away.")]


class Other(Rule):
    """Another."""

    category = "found"


class Taste(Rule):
    """A matter of taste."""

    category = "taste"
    opt_in = True


@pytest.fixture(autouse=True)
def rules(monkeypatch: pytest.MonkeyPatch) -> None:
    for rule, name in ((Found, "found"), (Other, "other"), (Taste, "taste-of-it")):
        rule.id = name
    monkeypatch.setattr(choosing, "find_rules", lambda modules: (Found(), Other(), Taste()))
    monkeypatch.setattr(testing, "known", dict)  # what the names mean is remembered
    monkeypatch.setattr(choosing, "ALIASES", {"FOUND": ("found", "gone"), "GONE": ("gone",)})


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ({}, "found other"),
        ({"select": ("all",)}, "found other"),
        ({"select": ("found",)}, "found"),
        ({"select": ("sought",)}, "found"),
        ({"select": ("FOUND",)}, "found"),
        ({"select": ("GONE",)}, ""),
        ({"select": ("taste",)}, "taste-of-it"),
        ({"select": ("all", "taste")}, "found other taste-of-it"),
        ({"select": ("all", "taste-of-it")}, "found other taste-of-it"),
        ({"ignore": ("found",)}, "other"),
        ({"ignore": ("FOUND",)}, "other"),
        ({"ignore": ("all",), "select": ("all", "other")}, "other"),
        ({"select": ("taste",), "ignore": ("taste-of-it",)}, ""),
        ({"select": ("taste-of-it",), "ignore": ("taste",)}, "taste-of-it"),
        ({"select": ("taste",), "ignore": ("taste",)}, ""),
    ],
)
def test_the_nearer_name_wins(config: dict[str, Any], expected: str) -> None:
    assert " ".join(rule.id for rule in choosing.chosen(Config(**config))) == expected


def test_a_category_is_meant_where_no_rule_has_the_name() -> None:
    Found.id = "finding"
    assert [rule.id for rule in choosing.chosen(Config(select=("found",)))] == ["finding", "other"]


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"select": ("fuond",)}, "select: there is no rule or category 'fuond'. Did you mean 'found'?"),
        ({"ignore": ("tastes",)}, "ignore: there is no rule or category 'tastes'. Did you mean 'taste'?"),
        ({"per_migration_ignores": {"shop.*": ("gone",)}}, "per_migration_ignores of shop.*: there is no rule or category 'gone'. Did you mean 'GONE'?"),
        ({"severity": {"x": Severity.NOTE}}, "severity: there is no rule or category 'x'."),
        ({"options": {"others": {}}}, "options: there is no rule 'others'. Did you mean 'other'?"),
        ({"options": {"other": {"a": 1}}}, "options: other has no option 'a'. It has none."),
        ({"options": {"found": {"cuont": 1}}}, "options: found has no option 'cuont'. Did you mean 'count'? Known options: count, names, pattern, share, strict, word."),
        ({"options": {"found": {"count": "1"}}}, "options: count of found is '1'; it has to be a whole number."),
        ({"options": {"found": {"count": True}}}, "options: count of found is True; it has to be a whole number."),
        ({"options": {"found": {"strict": 1}}}, "options: strict of found is 1; it has to be true or false."),
        ({"options": {"found": {"share": "1"}}}, "options: share of found is '1'; it has to be a number."),
        ({"options": {"found": {"word": 1}}}, "options: word of found is 1; it has to be text."),
        ({"options": {"found": {"names": "ab"}}}, "options: names of found is 'ab'; it has to be a list of strings."),
    ],
)  # fmt: skip
def test_what_is_not_there_is_told(config: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError) as caught:
        choosing.ignored_by_migration(Config(**config), choosing.chosen(Config(**config)))
    assert str(caught.value) == message


@pytest.mark.parametrize("value", ["(", 3])
def test_a_pattern_is_a_regular_expression(value: object) -> None:
    with pytest.raises(UsageError, match=r"^options: pattern of found is .*; it has to be a regular expression: .*\.$"):
        choosing.chosen(Config(options={"found": {"pattern": value}}))


def test_options_reach_the_rule() -> None:
    given = {"count": 4, "share": 1, "names": ["b"], "pattern": "b+"}
    rule = choosing.chosen(Config(options={"sought": given}))[0]
    told = [rule.option(name) for name in ("count", "share", "strict", "word", "names", "pattern")]
    assert told == [4, 1.0, False, "x", ("b",), re.compile("b+")]


NOTHING = 'operations = [migrations.RunSQL("SELECT 1")]'


def severity(target: str = "postgresql@16", **config: Any) -> Severity:
    [finding] = findings_of(choosing.chosen(Config(select=("found",), **config)), NOTHING, target)
    return finding.severity


def test_a_severity_of_the_projects_own_beats_whatever_the_rule_says() -> None:
    assert (severity(), severity("sqlite@3.45")) == (Severity.WARNING, Severity.NOTE)
    strict = {"found": {"strict": True}}
    assert severity(options=strict) == Severity.ERROR
    assert severity("sqlite@3.45", severity={"found": Severity.ERROR}) == Severity.ERROR
    assert severity(options=strict, severity={"sought": Severity.NOTE}) == Severity.NOTE


def test_a_rules_severity_beats_its_categorys() -> None:
    both = {"FOUND": Severity.NOTE, "all": Severity.ERROR}
    assert severity(severity=both) == severity(severity=dict(reversed(both.items()))) == Severity.NOTE
    assert severity(severity={"all": Severity.ERROR}) == Severity.ERROR


def test_other_linters_codes_are_our_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    there = {name for rule in find_rules() for name in (rule.id, *rule.covers)}
    meant = {name for ids in ALIASES.values() for name in ids}
    assert meant <= there
    assert [alias for alias in ALIASES if alias in there] == []
