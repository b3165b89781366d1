from __future__ import annotations

from collections.abc import Iterable

from migration_lint import Finding, MigrationImpact, Rule, Severity
from migration_lint.compatibility import left_required
from migration_lint.spelling import advice, changed, listed


class RequiredColumnDropped(Rule):
    """The state lets go of a column that the database goes on asking for: every INSERT of the new release fails.

    A column that is NOT NULL without a default has to become nullable, or get a default, before the code leaves it out.
    """

    severity = Severity.ERROR
    category = "compatibility"
    breaks_new = "fails on every INSERT into the table"
    bad = """
        operations = [
            migrations.SeparateDatabaseAndState(state_operations=[migrations.RemoveField("book", "stock")]),
        ]
    """
    good = """
        operations = [
            migrations.AlterField("book", "stock", models.IntegerField(null=True)),
            migrations.SeparateDatabaseAndState(state_operations=[migrations.RemoveField("book", "stock")]),
        ]
    """

    def check_migration(self, migration: MigrationImpact) -> Iterable[Finding]:
        for impact, table, found in left_required(migration):
            columns = dict.fromkeys(use.column for use in found)
            several = len(columns) > 1
            first = [
                f'migrations.AlterField("{use.model}", "{use.field}", {changed(use.definition, null=True)}),' for use in found
            ]
            yield self.finding(
                f"The state lets go of {listed(dict.fromkeys(use.name for use in found))} while `{table.name}` keeps "
                f"{listed(columns)}, NOT NULL and without a default: every INSERT of the new release into it fails until the "
                f"column{'s are' if several else ' is'} gone.",
                help=advice(("Let the database do without the value first, before this operation:", "\n".join(first))),
                impact=impact,
                migration=migration,
                relation=table.name,
            )
