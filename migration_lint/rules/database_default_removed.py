from __future__ import annotations

from collections.abc import Iterable

from migration_lint import Finding, MigrationImpact, Rule, Severity
from migration_lint.compatibility import How, breaks
from migration_lint.compatibility.releases import apart
from migration_lint.spelling import listed


class DatabaseDefaultRemoved(Rule):
    """The running release leaves the column's value to the database, which has none for it from now on: its INSERTs fail.

    What fills a column may be a default, an identity or an expression. Take it away in the next release, when no process is
    left that counts on it.
    """

    severity = Severity.WARNING
    category = "compatibility"
    breaks = "fails on every INSERT that leaves the value to the database"
    bad = """
        operations = [
            migrations.AlterField("book", "id", models.BigIntegerField(primary_key=True)),
        ]
    """
    good = """
        operations = [
            migrations.SeparateDatabaseAndState(
                state_operations=[
                    migrations.AlterField("book", "id", models.BigIntegerField(primary_key=True)),
                ],
            ),
        ]
    """

    def check_migration(self, migration: MigrationImpact) -> Iterable[Finding]:
        for found in breaks(migration, How.UNFILLED):
            first = found[0]
            columns = list(dict.fromkeys(f"{each.relation}.{each.column}" for each in found))
            several = len(columns) > 1
            yield self.finding(
                f"The database no longer fills {listed(columns)}, which the running release leaves out of its INSERTs: being "
                f"NOT NULL, {'they make' if several else 'it makes'} them fail until the last of its processes is replaced.",
                help=apart(first.impact, "let the code give the value itself", "take it from the database:"),
                migration=migration,
                **first.place,
            )
