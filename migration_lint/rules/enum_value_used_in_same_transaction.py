from __future__ import annotations

from collections.abc import Iterable, Iterator

from migration_lint import Finding, Impact, Kind, MigrationImpact, Rule, Severity, Statement, spelling, transactions


class EnumValueUsedInSameTransaction(Rule):
    """A value that is added to an enum cannot be used before the transaction that adds it has committed.

    PostgreSQL refuses it wherever it is read as a value of the enum, in a default or a condition as well as in a row.
    """

    severity = Severity.ERROR
    category = "transactions"
    vendors = ("postgresql",)
    kinds = frozenset({Kind.ALTER_ENUM})
    bad = """
        operations = [
            migrations.RunSQL("CREATE TYPE mood AS ENUM ('sad', 'glad'); ALTER TABLE shop_book ADD mood mood"),
            migrations.RunSQL("ALTER TYPE mood ADD VALUE 'calm'", migrations.RunSQL.noop),
            migrations.RunSQL("ALTER TABLE shop_book ALTER mood SET DEFAULT 'calm'", migrations.RunSQL.noop),
        ]
    """
    good = """
        atomic = False
        operations = [
            migrations.RunSQL("CREATE TYPE mood AS ENUM ('sad', 'glad'); ALTER TABLE shop_book ADD mood mood"),
            migrations.RunSQL("ALTER TYPE mood ADD VALUE 'calm'", migrations.RunSQL.noop),
            migrations.RunSQL("ALTER TABLE shop_book ALTER mood SET DEFAULT 'calm'", migrations.RunSQL.noop),
        ]
    """

    def check_migration(self, migration: MigrationImpact) -> Iterable[Finding]:
        told: set[int] = set()
        for adder, added, enum, value in transactions.added_values(migration):
            for impact, statement in uses(migration, adder, added, enum, value):
                if id(impact) in told:
                    continue
                told.add(id(impact))
                by = "an earlier statement" if adder is impact else transactions.place(adder)
                what = transactions.function(impact) if statement is None else short(statement)
                yield self.finding(
                    f"`{what}` uses the value `{value}` of the enum `{enum}`, which {by} adds in the same transaction: the "
                    "server refuses it there (unsafe use of new value), and the migration fails.",
                    help=spelling.advice(
                        (
                            "Add the value in a migration of its own, before this one:",
                            spelling.run_sql(added.sql, spelling.NOOP),
                        ),
                    ),
                    impact=impact, migration=migration, statement=statement,
                    related=() if adder is impact else (adder.step.location,),
                )  # fmt: skip


def uses(
    migration: MigrationImpact, adder: Impact, added: Statement, enum: str, value: str
) -> Iterator[tuple[Impact, Statement | None]]:
    for impact, statement in migration.timeline:
        together = statement.position > added.position and statement.transaction == added.transaction
        if together and transactions.uses_value(statement, migration.target, enum, value):
            yield impact, statement
    if migration.migration.atomic:
        for impact in migration.impacts:
            if impact.step.index > adder.step.index and transactions.names_value(impact, enum, value):
                yield impact, None


def short(statement: Statement) -> str:
    text = " ".join(statement.sql.split())
    return text if len(text) <= 60 else f"{text[:57]}…"
