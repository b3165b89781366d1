from __future__ import annotations

from collections.abc import Iterable

from django.db.migrations import RunPython

from migration_lint import Finding, Kind, MigrationImpact, Rule, Severity, Statement, spelling
from migration_lint.sessions import in_transaction
from migration_lint.transactions import needing_none

# What is sent for the sake of its own transaction, or changes what one is.
APART = {Kind.TRANSACTION, Kind.ALTER_ENUM, Kind.SERVER, Kind.LOCK_TABLE}


class NeedlessNonAtomic(Rule):
    """`atomic = False` where nothing asks for it: what ran before a failure stays, and the next run stumbles over it.

    What asks for it cannot run in a transaction, takes long, changes rows, or would lock several tables in use at once.
    """

    severity = Severity.WARNING
    category = "transactions"
    vendors = ("postgresql", "sqlite")
    bad = """
        atomic = False
        operations = [
            migrations.AddField("book", "blurb", models.TextField(null=True)),
            migrations.AddField("book", "weight", models.IntegerField(null=True)),
        ]
    """
    good = """
        operations = [
            migrations.AddField("book", "blurb", models.TextField(null=True)),
            migrations.AddField("book", "weight", models.IntegerField(null=True)),
        ]
    """

    def check_migration(self, migration: MigrationImpact) -> Iterable[Finding]:
        if migration.migration.atomic or asks_for_it(migration):
            return
        name, count = ".".join(migration.key), len(migration.timeline)
        together = (
            f"its {count} statements are undone together when one of them fails"
            if count > 1
            else "the change and the record that it was made are committed together"
        )
        yield self.finding(
            f"Nothing in `{name}` asks for `atomic = False`: without it, {together}.",
            help=spelling.advice(("Leave this line out, so that the migration runs in one transaction:", "atomic = False")),
            migration=migration,
        )


def asks_for_it(migration: MigrationImpact) -> bool:
    sent = [statement for _, statement in migration.timeline]
    if not sent or any(impact.is_unread for impact in migration.impacts):
        return True
    if any(isinstance(i.step.operation, RunPython) and i.step.operation.code is not RunPython.noop for i in migration.impacts):
        return True  # it may commit as it goes
    if any(asks(migration, statement) for statement in sent):
        return True
    locked = {e.relation_key for s in sent for e in s.effects if e.stops_writes and migration.used_table(e)}
    return len(locked) > 1


def asks(migration: MigrationImpact, statement: Statement) -> bool:
    if any(True for _ in needing_none(statement)):
        return True
    for action in statement.actions:
        if action.kind in APART or (action.kind is Kind.SET and in_transaction(migration.target, action)):
            return True
    return any((effect.works or effect.writes_rows) and migration.used_table(effect) for effect in statement.effects)
