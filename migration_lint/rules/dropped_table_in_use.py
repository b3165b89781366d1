from __future__ import annotations

from collections.abc import Iterable

from migration_lint import Finding, MigrationImpact, Rule, Severity
from migration_lint.compatibility import Break, How, breaks
from migration_lint.compatibility.releases import LATER
from migration_lint.spelling import advice, listed, run_sql, separate, ways


class DroppedTableInUse(Rule):
    """The release that runs while the migration does still asks for the table, and every query of its model fails.

    Take the model, or the many-to-many field, out of the state in one release, and drop the table in the next, when no process
    of the old one is left.
    """

    severity = Severity.ERROR
    category = "compatibility"
    breaks = "fails on every query of the model"
    bad = """
        operations = [
            migrations.DeleteModel("review"),
        ]
    """
    good = """
        operations = [
            migrations.SeparateDatabaseAndState(
                state_operations=[migrations.DeleteModel("review")],
            ),
        ]
    """

    def check_migration(self, migration: MigrationImpact) -> Iterable[Finding]:
        for found in breaks(migration, How.TABLE_DROPPED):
            first = found[0]
            names = listed(dict.fromkeys(each.subject for each in found))
            yield self.finding(
                f"Dropping the table `{first.relation}` breaks the running release: every query of {names} fails "
                "until the last of its processes is replaced.",
                help=way_out(found),
                migration=migration,
                **first.place,
            )


def way_out(found: list[Break]) -> str:
    first = found[0]
    own, table = ways(first.impact), first.table
    removed = []
    for each in found:
        field, model = each.many_to_many, each.model.name_lower
        removed.append(f'migrations.RemoveField("{model}", "{field}"),' if field else f'migrations.DeleteModel("{model}"),')
    parents = dict.fromkeys(key.references for key in table.foreign_keys() if key.references and key.references != table.name)
    note = f"Until then its foreign keys still keep rows of {listed(map(str, parents))} from being deleted." if parents else ""
    return advice(
        ("Take two releases. In this one remove it from the state only:", separate([], dict.fromkeys(removed))),
        (f"{LATER} drop the table:", run_sql(f"DROP TABLE {own.quoted(table.name)}", "migrations.RunSQL.noop")),
        note=note,
    )
