"""Every rule finds its bad example, and nothing in its good one."""

from __future__ import annotations

import pytest

from migration_lint import Rule
from migration_lint.rules import find_rules
from migration_lint.testing import findings_of

RULES = find_rules()
WITH_EXAMPLES = [rule for rule in RULES if rule.bad or rule.good]


@pytest.mark.parametrize("rule", WITH_EXAMPLES, ids=lambda rule: rule.id)
def test_bad_is_found_and_good_is_not(rule: Rule) -> None:
    assert rule.bad, "an example of what is found is missing"
    assert rule.good, "an example of how to do it is missing"
    found = findings_of(rule, rule.bad, rule.target)
    assert {(finding.rule, finding.severity) for finding in found} == {(rule.id, rule.severity)}
    assert findings_of(rule, rule.good, rule.target) == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_rule_says_what_it_is_about(rule: Rule) -> None:
    """What the docs page, `--explain` and the reports are made of."""
    assert type(rule).__doc__
    assert rule.category
    for finding in findings_of(rule, rule.bad, rule.target) if rule.bad else ():
        assert finding.message.endswith(".")
        assert finding.help
