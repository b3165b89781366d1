from __future__ import annotations

from collections.abc import Iterable

from migration_lint import Finding, MigrationImpact, Rule, Severity
from migration_lint.compatibility import How, breaks
from migration_lint.compatibility.releases import apart
from migration_lint.spelling import listed


class NarrowedType(Rule):
    """The running release may still write values that the column, of a narrower type now, refuses or cuts.

    What its field allows, a longer text, a larger number, more digits, no longer fits. Narrow the field first, and the column
    in the next release.
    """

    severity = Severity.ERROR
    category = "compatibility"
    breaks = "fails where it writes a value that was allowed before"
    bad = """
        operations = [
            migrations.AlterField("book", "title", models.CharField(max_length=50)),
        ]
    """
    good = """
        operations = [
            migrations.SeparateDatabaseAndState(
                state_operations=[
                    migrations.AlterField("book", "title", models.CharField(max_length=50)),
                ],
            ),
        ]
    """
    bad_on = {"sqlite": ""}

    def check_migration(self, migration: MigrationImpact) -> Iterable[Finding]:
        for found in breaks(migration, How.NARROWED):
            first = found[0]
            types = dict.fromkeys(f"`{each.relation}.{each.column}` from `{each.was}` to `{each.now}`" for each in found)
            yield self.finding(
                f"Narrowing {' and '.join(types)} breaks the running release: what it may write to "
                f"{listed(dict.fromkeys(each.name for each in found))} no longer fits, and is refused or changed, until the "
                "last of its processes is replaced.",
                help=apart(first.impact, "let the code keep to the new bounds", "narrow the column:"),
                migration=migration,
                **first.place,
            )
