from __future__ import annotations

from migration_lint import Rule, Severity


class RelationToUnmigratedApp(Rule):
    """An app with migrations and one without refer to each other: a new database cannot be made.

    `migrate` makes no tables for an app without migrations, and `migrate --run-syncdb` makes them before any migration runs. An
    app that `MIGRATION_MODULES` says to have none is left out: those are the settings of tests.
    """

    severity = Severity.ERROR
    category = "history"
