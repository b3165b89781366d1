"""Every rule finds its bad example, and nothing in its good one."""

from __future__ import annotations

import pytest

from migration_lint import Rule
from migration_lint.rules import find_rules
from migration_lint.testing import TARGETS, findings_of, impacts_of

RULES = find_rules()
WITH_EXAMPLES = [rule for rule in RULES if rule.bad or rule.good]


# An empty example: nothing of the kind can happen on that vendor.
EXAMPLES = [(rule, vendor) for rule in WITH_EXAMPLES for vendor in rule.vendors or TARGETS if rule.bad_on.get(vendor, rule.bad)]


@pytest.mark.parametrize(("rule", "vendor"), EXAMPLES, ids=[f"{rule.id}-{vendor}" for rule, vendor in EXAMPLES])
def test_bad_is_found_and_good_is_not(rule: Rule, vendor: str) -> None:
    bad, good = rule.bad_on.get(vendor, rule.bad), rule.good_on.get(vendor, rule.good)
    assert good, "an example of how to do it is missing"
    found = findings_of(rule, bad, TARGETS[vendor])
    assert {(finding.rule, finding.severity) for finding in found} == {(rule.id, rule.severity_for(vendor))}
    assert findings_of(rule, good, TARGETS[vendor]) == []
    sent = [statement for migration in impacts_of(good, TARGETS[vendor]) for _, statement in migration.timeline]
    assert [statement.sql for statement in sent if statement.unread or statement.refusals] == []
    for finding in found:
        assert finding.message.endswith(".")
        assert finding.help


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_rule_says_what_it_is_about(rule: Rule) -> None:
    """What the docs page, `--explain` and the reports are made of."""
    assert type(rule).__doc__
    assert rule.category
