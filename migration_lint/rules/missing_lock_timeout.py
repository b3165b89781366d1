from __future__ import annotations

import functools
from collections.abc import Iterable
from dataclasses import replace

from migration_lint import Finding, MigrationImpact, Rule, Severity, sessions, spelling


class MissingLockTimeout(Rule):
    """A statement that waits for a lock keeps everybody waiting who comes after it. With one idle reader in front of it, the
    table is out of use until that one leaves; with a limit, the migration fails instead and the site goes on."""

    severity = Severity.WARNING
    category = "locks"
    vendors = ("postgresql", "mysql", "mariadb")

    def check_migration(self, migration: MigrationImpact) -> Iterable[Finding]:
        """About the alias, and no migration of it."""
        alias = migration.target.alias
        for _, _, waiting in sessions.unbounded(migration):
            finding = self.finding(
                f"Nothing bounds how long a migration of the database `{alias}` waits for a lock, and whoever comes after it "
                "waits too.",
                help=advice(waiting.remedy, waiting.sql, alias),
            )
            yield replace(finding, targets=(str(migration.target),))
            return


@functools.cache
def advice(remedy: str, sql: str, alias: str) -> str:
    return spelling.advice(
        ("Say so in the settings:", remedy.format(alias=alias)),
        ("Or let a migration do it, before its other operations:", spelling.run_sql(sql, spelling.NOOP)),
    )
