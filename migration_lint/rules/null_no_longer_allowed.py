from __future__ import annotations

from collections.abc import Iterable, Iterator

from migration_lint import Finding, MigrationImpact, Rule, Severity
from migration_lint.compatibility import Break, How, breaks
from migration_lint.compatibility.releases import apart
from migration_lint.spelling import NOOP, Ways, listed, run_sql, ways


class NullNoLongerAllowed(Rule):
    """The running release may still write NULL to the column, and the database refuses it from now on.

    Its field says `null=True`. Let the code that writes a value go out first, and make the column NOT NULL in the next release.
    """

    severity = Severity.ERROR
    category = "compatibility"
    breaks = "fails where it writes NULL to the column"
    bad = """
        operations = [
            migrations.AlterField("review", "rating", models.IntegerField(default=0)),
        ]
    """
    good = """
        operations = [
            migrations.SeparateDatabaseAndState(
                state_operations=[
                    migrations.AlterField("review", "rating", models.IntegerField(default=0)),
                ],
            ),
        ]
    """

    def check_migration(self, migration: MigrationImpact) -> Iterable[Finding]:
        for found in breaks(migration, How.NOT_NULL):
            first, own = found[0], ways(migration)
            columns = listed(dict.fromkeys(f"{each.relation}.{each.column}" for each in found))
            names = listed(dict.fromkeys(each.name for each in found))
            each_column = list({each.column: each for each in found}.values())
            yield self.finding(
                f"{columns} no longer take{'s' * (len(each_column) == 1)} NULL: the running release may still write it to "
                f"{names}, and fails where it does until the last of its processes is replaced.",
                help=apart(
                    first.impact,
                    "let the code always write a value",
                    "fill what is still NULL, in a migration of its own, and then change the column:",
                    *(line for each in each_column for line in not_null(own, each)),
                ),
                migration=migration,
                **first.place,
            )


def not_null(own: Ways, found: Break) -> Iterator[str]:
    """What makes the column NOT NULL; nothing where no single statement does, and the table is remade."""
    if own.offers("set not null"):
        table, column = own.quoted(found.relation), own.quoted(found.column)
        yield run_sql(f"UPDATE {table} SET {column} = … WHERE {column} IS NULL", NOOP)
        names = {"table": found.relation, "column": found.column, "type": str(found.now.type)}
        yield run_sql(own.sql("set not null", **names), own.sql("drop not null", **names))
