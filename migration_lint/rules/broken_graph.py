from __future__ import annotations

from collections.abc import Iterable

from migration_lint import Finding, Plan, Rule, Severity


class BrokenGraph(Rule):
    """A migration cannot be imported, or depends on what is not there or on itself: Django cannot run any migration at all.

    Whatever does not depend on the broken migration is linted all the same.
    """

    severity = Severity.ERROR
    category = "history"

    def check_plan(self, plan: Plan) -> Iterable[Finding]:
        for problem in plan.problems:
            if problem.rule == self.id:
                yield self.finding(
                    problem.message, help=problem.help,
                    app_label=problem.app_label, migration_name=problem.migration, location=problem.location,
                )  # fmt: skip
