from __future__ import annotations

from migration_lint import Rule, Severity


class UndeclaredSwappableDependency(Rule):
    """A migration refers to a model that a setting names, such as `AUTH_USER_MODEL`, without depending on it.

    Whether the table is there when the migration runs is a matter of luck, and changes with any other migration. A migration
    that spells out a model in whose place the setting puts another one refers to a table that nobody makes.
    """

    severity = Severity.WARNING
    category = "history"
