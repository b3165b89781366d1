from __future__ import annotations

from migration_lint import Rule, Severity


class ConflictingLeaves(Rule):
    """Two migrations of an app continue from the same one, and nothing joins them: `migrate` refuses to run at all."""

    severity = Severity.ERROR
    category = "history"
