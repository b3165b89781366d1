from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from migration_lint import Effect, Finding, MigrationImpact, Rule, Severity
from migration_lint.waiting import DEFAULTS, SETTINGS, is_bounded


class MissingLockTimeout(Rule):
    """Nothing bounds how long a migration waits for a lock, and while it waits, all that comes after it waits too.

    One idle transaction that has read the table is enough. With a limit the migration fails instead, the site goes on, and the
    migration is run again at a better time. Told once for each alias, at the first migration that needs such a lock.
    """

    severity = Severity.WARNING
    category = "locks"
    vendors = ("postgresql", "mysql", "mariadb")

    def __init__(self) -> None:
        self.told: set[str] = set()

    def check_migration(self, migration: MigrationImpact) -> Iterable[Finding]:
        target = migration.target
        if not target.own or target.alias in self.told:
            return
        setting, line = SETTINGS[target.vendor]
        for impact, statement in migration.timeline:
            for effect in statement.effects:
                if migration.used_table(effect) and queues(effect) and not is_bounded(statement, setting):
                    self.told.add(target.alias)
                    name = ".".join(impact.step.key)
                    found = self.finding(
                        f"Nothing sets `{setting}` for the database `{target.alias}`: should `{name}` have to wait for its "
                        f"lock on `{effect.relation}`, every query of that table waits behind it. {DEFAULTS[target.vendor]}",
                        help=f"Bound the wait in DATABASES[{target.alias!r}], if need be in settings of their own for "
                        f"`migrate`, and run again what was cancelled:\n\n    {line}",
                    )
                    yield replace(found, targets=(str(target),))
                    return


def queues(effect: Effect) -> bool:
    """Whether others wait behind the statement while it waits: it asks for a lock that they exclude."""
    if effect.stops_writes:
        return True
    return effect.algorithm is not None and not effect.concurrent
