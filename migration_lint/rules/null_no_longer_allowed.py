from __future__ import annotations

from collections.abc import Iterable

from migration_lint import Finding, MigrationImpact, Rule, Severity
from migration_lint.compatibility import How, breaks
from migration_lint.releases import apart
from migration_lint.spelling import listed, ways


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
            several = len({each.column for each in found}) > 1
            fill = [
                f"UPDATE {own.quoted(each.relation)} SET {own.quoted(each.column)} = … WHERE {own.quoted(each.column)} IS NULL"
                for each in {each.column: each for each in found}.values()
            ]
            yield self.finding(
                f"{columns} no longer take{'' if several else 's'} NULL: the running release may still write it to {names}, "
                "and fails where it does until the last of its processes is replaced.",
                help=apart(
                    first.impact,
                    "let the code always write a value",
                    f"fill what is still NULL (`{'; '.join(fill)}`), and change the database:",
                ),
                migration=migration,
                **first.place,
            )
