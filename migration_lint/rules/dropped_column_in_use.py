from __future__ import annotations

from collections.abc import Iterable

from migration_lint import Finding, Impact, Kind, MigrationImpact, Rule, Severity, Statement
from migration_lint.running import Use, actions, is_back, is_used, table_before, uses
from migration_lint.spelling import Ways, changed, indented, listed, ways

# The statement, what the running release uses, and what the field is called now.
Dropped = tuple[Statement, Use, Use]


class DroppedColumnInUse(Rule):
    """The release that runs while the migration does still names the column in its queries, and every one of them fails.

    Django lists each column of a model in SELECT and INSERT. Take the field out of the state in one release, and drop the
    column in the next, when no process of the old one is left.
    """

    severity = Severity.ERROR
    category = "compatibility"
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

    def check_impact(self, impact: Impact, migration: MigrationImpact) -> Iterable[Finding]:
        found: dict[str, list[Dropped]] = {}
        for statement, action, table in actions(impact.statements, Kind.DROP_COLUMN):
            column = action.name or ""
            gone = table.known and column not in table.columns
            if gone or not is_used(migration, table) or is_back(migration, table, column):
                continue
            now = uses(impact.step.state.before.models, table.name).get(column)
            for use in uses(migration.models_before, table_before(migration, table)).get(column, ()):
                found.setdefault(table.name, []).append((statement, use, now[0] if now else use))
        for relation, dropped in found.items():
            columns = list(dict.fromkeys(use.column for _, use, _ in dropped))
            verb = "selects and inserts" if any(use.is_inserted for _, use, _ in dropped) else "selects"
            names = listed(dict.fromkeys(use.name for _, use, _ in dropped))
            statement = dropped[0][0]
            yield self.finding(
                f"Dropping the column{'s' * (len(columns) > 1)} {listed(columns)} of `{relation}` breaks the running release: "
                f"it {verb} {names} until the last of its processes is replaced.",
                help=advice(ways(impact), relation, dropped),
                impact=impact, migration=migration, statement=statement, relation=relation,
                effect=next((e for e in statement.effects if e.relation == relation), None),
            )  # fmt: skip


def advice(own: Ways, relation: str, dropped: list[Dropped]) -> str:
    first, second = [], []
    for statement, _, use in dropped:
        column = statement.before.table(relation).columns.get(use.column) if statement.before else None
        if column is not None and column.not_null and column.default is None and not (column.identity or column.generated):
            first.append(f'migrations.AlterField("{use.model}", "{use.field}", {changed(use.definition, null=True)}),')
        kind = column.type if column is not None and column.type is not None else "…"
        if own.offers("hide column"):  # not to be undone: the column is there no more
            second.append(f"migrations.RunSQL({own.sql('hide column', table=relation, column=use.column)!r}),")
            continue
        forwards = own.sql("drop column", table=relation, column=use.column)
        backwards = own.sql("add column", table=relation, column=use.column, type=str(kind))
        second.append(f"migrations.RunSQL({forwards!r}, reverse_sql={backwards!r}),")
    removals = [f'        migrations.RemoveField("{use.model}", "{use.field}"),' for _, _, use in dropped]
    state = ["migrations.SeparateDatabaseAndState(", "    state_operations=[", *removals, "    ],", "),"]
    nullable = "first let the new code leave the column out, then " if first else ""
    return (
        f"Take two releases. In this one {nullable}remove the field from the state only:\n\n"
        f"{indented([*first, *state])}\n\n"
        "In the next one, when no process of the old code is left, drop the column:\n\n"
        f"{indented(second)}"
    )
