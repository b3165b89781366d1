from __future__ import annotations

from collections.abc import Iterable

from migration_lint import Finding, Kind, MigrationImpact, Rule, Severity, Statement, pending, spelling, transactions

COMMANDS = {kind: kind.value.upper() for kind in (Kind.CREATE_INDEX, Kind.CLUSTER, Kind.TRUNCATE, Kind.DROP_TABLE)}
AT_ONCE = "SET CONSTRAINTS ALL IMMEDIATE"


class PendingTriggerEvents(Rule):
    """A table is altered in the transaction that has changed its rows, while their foreign keys are still to be checked.

    Django's foreign keys are checked at the commit. Until then the server refuses to alter, index, truncate or drop the table:
    "cannot ALTER TABLE because it has pending trigger events". It happens only where there are such rows, in production.
    """

    severity = Severity.ERROR
    category = "transactions"
    vendors = ("postgresql",)
    kinds = frozenset({Kind.FUNCTION, *pending.ROWS})
    bad = """
        def fill_publishers(apps, schema_editor):
            apps.get_model("shop", "Book").objects.update(author=1)

        operations = [
            migrations.RunPython(fill_publishers, migrations.RunPython.noop),
            migrations.AlterField("book", "title", models.CharField(max_length=200)),
        ]
    """
    good = """
        def fill_publishers(apps, schema_editor):
            apps.get_model("shop", "Book").objects.update(author=1)

        operations = [
            migrations.RunPython(fill_publishers, migrations.RunPython.noop),
            migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
            migrations.AlterField("book", "title", models.CharField(max_length=200)),
        ]
    """

    def check_migration(self, migration: MigrationImpact) -> Iterable[Finding]:
        for found in pending.refused(migration):
            waiting, impact = found.waiting, found.impact
            own = waiting.impact is impact
            who = f"`{waiting.cause.function}`" if not isinstance(waiting.cause, Statement) else "A statement"
            by = "" if own else f" of {transactions.place(waiting.impact)}"
            command = COMMANDS.get(found.action.kind, "ALTER TABLE")
            yield self.finding(
                f"{who}{by} changes rows of `{waiting.table}`, and the foreign key `{waiting.key.name}` is checked at the "
                f"commit: until then the server refuses {command} on it (pending trigger events), and the migration fails as "
                "soon as there is such a row.",
                help=advice(found),
                impact=impact, migration=migration, statement=found.statement, relation=waiting.table,
                related=() if own else (waiting.impact.step.location,),
            )  # fmt: skip


def advice(found: pending.Refused) -> str:
    changer, impact = found.waiting.impact, found.impact
    label, name = impact.step.key
    needed = f"dependencies = [({label!r}, {name!r})]"
    at_once = spelling.run_sql(AT_ONCE, spelling.NOOP)
    if changer is impact:
        return spelling.advice(("Send this between the two, which checks the rows at once:", f"{AT_ONCE};"))
    if found.statement.deferred:
        return spelling.advice(
            (f"Move {transactions.place(changer)} into a migration of its own, after this one:", needed),
            note=f"What {transactions.place(impact)} leaves to the end of the migration comes after it otherwise.",
        )
    return spelling.advice(
        (f"Move {transactions.place(impact)} and what follows into a migration of its own, after this one:", needed),
        ("Or, where they have to stay together, check the rows at once, in between:", at_once),
    )
