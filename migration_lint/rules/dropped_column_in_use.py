from __future__ import annotations

from collections.abc import Iterable

from migration_lint import Finding, MigrationImpact, Rule, Severity
from migration_lint.compatibility import Break, How, breaks, is_required
from migration_lint.running import uses
from migration_lint.spelling import Ways, changed, indented, listed, ways


class DroppedColumnInUse(Rule):
    """The release that runs while the migration does still names the column in its queries, and every one of them fails.

    Django lists each column of a model in SELECT and INSERT. Take the field out of the state in one release, and drop the
    column in the next, when no process of the old one is left.
    """

    severity = Severity.ERROR
    category = "compatibility"
    breaks = "no longer reads or writes the model at all"
    bad = """
        operations = [
            migrations.RemoveField("book", "notes"),
        ]
    """
    good = """
        operations = [
            migrations.SeparateDatabaseAndState(
                state_operations=[migrations.RemoveField("review", "rating")],
            ),
        ]
    """

    def check_migration(self, migration: MigrationImpact) -> Iterable[Finding]:
        for found in breaks(migration, How.COLUMN_DROPPED):
            relation, impact = found[0].relation, found[0].impact
            columns = list(dict.fromkeys(each.column for each in found))
            verb = "selects and inserts" if any(each.use and each.use.is_inserted for each in found) else "selects"
            names = listed(dict.fromkeys(each.name for each in found))
            yield self.finding(
                f"Dropping the column{'s' * (len(columns) > 1)} {listed(columns)} of `{relation}` breaks the running release: "
                f"it {verb} {names} until the last of its processes is replaced.",
                help=advice(ways(impact), found),
                migration=migration,
                **found[0].place,
            )


def advice(own: Ways, found: list[Break]) -> str:
    relation, first, second, removals = found[0].relation, [], [], []
    models = found[0].impact.step.state.before.models
    for each in found:
        known = uses(models, relation).get(each.column)  # a model may have another name by now
        use = known[0] if known else each.use
        assert use is not None
        column = each.table.columns.get(use.column)
        if column is not None and is_required(column):
            first.append(f'migrations.AlterField("{use.model}", "{use.field}", {changed(use.definition, null=True)}),')
        removals.append(f'        migrations.RemoveField("{use.model}", "{use.field}"),')
        kind = column.type if column is not None and column.type is not None else "…"
        if own.offers("hide column"):  # not to be undone: the column is there no more
            second.append(f"migrations.RunSQL({own.sql('hide column', table=relation, column=use.column)!r}),")
            continue
        forwards = own.sql("drop column", table=relation, column=use.column)
        backwards = own.sql("add column", table=relation, column=use.column, type=str(kind))
        second.append(f"migrations.RunSQL({forwards!r}, reverse_sql={backwards!r}),")
    state = ["migrations.SeparateDatabaseAndState(", "    state_operations=[", *removals, "    ],", "),"]
    nullable = "first let the new code leave the column out, then " if first else ""
    return (
        f"Take two releases. In this one {nullable}remove the field from the state only:\n\n"
        f"{indented([*first, *state])}\n\n"
        "In the next one, when no process of the old code is left, drop the column:\n\n"
        f"{indented(second)}"
    )
