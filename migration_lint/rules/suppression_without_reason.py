from __future__ import annotations

from migration_lint import Rule, Severity


class SuppressionWithoutReason(Rule):
    """A comment suppresses a finding and does not say why, in a project that asks for reasons.

    The reason stands after two dashes: `# migration-lint: ignore[rule] -- reason`. It is asked for where `require_reason` is
    set.
    """

    severity = Severity.WARNING
    category = "suppressions"
