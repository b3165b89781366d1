from __future__ import annotations

from collections.abc import Iterable

from migration_lint import Finding, Impact, Kind, MigrationImpact, Rule, Severity, Statement
from migration_lint.sessions import in_transaction


class PragmaInTransaction(Rule):
    """SQLite changes some of its settings between transactions alone. Inside one, which is where Django runs a migration, it
    passes over the PRAGMA without a word, or refuses it."""

    severity = Severity.ERROR
    category = "transactions"
    vendors = ("sqlite",)
    bad = """
        operations = [
            migrations.RunSQL("PRAGMA foreign_keys = OFF", reverse_sql=migrations.RunSQL.noop),
        ]
    """
    good = """
        operations = [
            migrations.RunSQL("PRAGMA defer_foreign_keys = ON", reverse_sql=migrations.RunSQL.noop),
        ]
    """

    def check_impact(self, impact: Impact, migration: MigrationImpact) -> Iterable[Finding]:
        for statement in impact.statements:
            for action in statement.actions if statement.transaction is not None else ():
                outcome = in_transaction(impact.target, action) if action.kind is Kind.SET else None
                if outcome is not None:
                    yield self.finding(
                        f"`{statement.sql}` {outcome} inside a transaction, and `{'.'.join(impact.step.key)}` runs in one.",
                        help=advice(action.name or "", statement, migration),
                        impact=impact, migration=migration, statement=statement,
                    )  # fmt: skip


def advice(name: str, statement: Statement, migration: MigrationImpact) -> str:
    if name == "foreign_keys":
        return (
            "Leave it out: Django turns the checks of foreign keys off before every migration, looks for broken keys at its "
            "end, and turns them on again."
        )
    alone = f"migrations.RunSQL({statement.sql!r}, reverse_sql=migrations.RunSQL.noop),"
    return (
        "Set it when a connection is made (Django 5.1 and later):\n\n"
        f'    DATABASES = {{"{migration.target.alias}": {{…, "OPTIONS": {{"init_command": "{statement.sql};"}}}}}}\n\n'
        "or in a migration of its own that runs in no transaction:\n\n"
        f"    atomic = False\n    operations = [\n        {alone}\n    ]"
    )
