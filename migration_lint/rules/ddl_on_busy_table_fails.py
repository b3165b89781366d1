from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from migration_lint import Finding, MigrationImpact, Rule, Severity, sessions, spelling


class DdlOnBusyTableFails(Rule):
    """A statement that has to lock a table does not wait for the transactions that are writing to it: it fails at once, and
    what the migration did before is committed."""

    severity = Severity.WARNING
    category = "locks"
    vendors = ("oracle",)

    def check_migration(self, migration: MigrationImpact) -> Iterable[Finding]:
        """About the alias, and no migration of it."""
        alias = migration.target.alias
        for _, _, waiting in sessions.unbounded(migration):
            finding = self.finding(
                f"Nothing says how long a migration of the database `{alias}` waits for a table that is being written to: "
                f"it fails at once ({waiting.error}).",
                help=spelling.advice(
                    ("Let every session wait for a while, in an `AppConfig.ready()`:", waiting.remedy.format(alias=alias)),
                    ("Or let a migration do it, before its other operations:", spelling.run_sql(waiting.sql, spelling.NOOP)),
                ),
            )
            yield replace(finding, targets=(str(migration.target),))
            return
