from __future__ import annotations

from collections.abc import Iterable

from migration_lint import Finding, Plan, Rule, Severity


class ConflictingLeaves(Rule):
    """Two migrations of an app continue from the same one, and nothing joins them: `migrate` refuses to run at all."""

    severity = Severity.ERROR
    category = "history"

    def check_plan(self, plan: Plan) -> Iterable[Finding]:
        for problem in plan.problems:
            if problem.rule == self.id:
                yield self.finding(
                    problem.message, help=problem.help,
                    app_label=problem.app_label, migration_name=problem.migration, location=problem.location,
                )  # fmt: skip
