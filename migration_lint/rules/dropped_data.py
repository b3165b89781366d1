from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from migration_lint import Action, Finding, Impact, Kind, MigrationImpact, Rule, Severity, Statement
from migration_lint.running import is_first, is_used, survives
from migration_lint.spelling import Ways, listed, ways

# What DROP … CASCADE takes columns along with.
WITH_COLUMNS = ("extension", "type", "domain")


class Loss(NamedTuple):
    statement: Statement
    relation: str | None
    columns: tuple[str, ...]
    message: str
    help: str


class DroppedData(Rule):
    """What is dropped or truncated is gone with its rows: going back makes the column or table again, empty."""

    severity = Severity.WARNING
    category = "data-loss"
    kinds = frozenset({Kind.DROP_COLUMN, Kind.DROP_OBJECT, Kind.DROP_SCHEMA, Kind.DROP_TABLE, Kind.TRUNCATE})
    bad = """
        operations = [
            migrations.DeleteModel("review"),
        ]
    """
    good = """
        operations = [
            migrations.SeparateDatabaseAndState(state_operations=[migrations.DeleteModel("review")]),
        ]
    """

    def check_impact(self, impact: Impact, migration: MigrationImpact) -> Iterable[Finding]:
        columns: dict[str | None, Loss] = {}
        for statement in impact.statements:
            for action in statement.actions:
                for loss in losses(statement, action, migration):
                    if loss.columns and loss.relation in columns:
                        first = columns[loss.relation]
                        columns[loss.relation] = column_loss(
                            ways(impact), first.statement, loss.relation, (*first.columns, *loss.columns)
                        )
                    elif loss.columns:
                        columns[loss.relation] = loss
                    else:
                        yield self.of(loss, impact, migration)
        for loss in columns.values():
            yield self.of(loss, impact, migration)

    def of(self, loss: Loss, impact: Impact, migration: MigrationImpact) -> Finding:
        effect = next((e for e in loss.statement.effects if e.relation == loss.relation and e.source is not None), None)
        return self.finding(
            loss.message, help=loss.help,
            impact=impact, migration=migration, statement=loss.statement, relation=loss.relation, effect=effect,
        )  # fmt: skip


def losses(statement: Statement, action: Action, migration: MigrationImpact) -> Iterator[Loss]:
    if statement.before is None:
        return
    catalog, cascade, own = statement.before, "cascade" in action.traits, ways(migration)
    if action.table is not None:
        table = catalog.table(action.table)
        absent = "if exists" in action.traits and action.table not in catalog.tables
        if absent or not is_used(migration, table):
            return
        if action.kind is Kind.DROP_COLUMN and action.name:
            if not (table.known and action.name not in table.columns) and not is_first(
                migration, table, action.name, statement
            ):
                yield column_loss(own, statement, table.name, (action.name,))
        elif action.kind is Kind.DROP_TABLE and not survives(migration, table):
            yield table_loss(own, statement, table.name)
        elif action.kind is Kind.TRUNCATE:
            others = [e.relation for e in statement.effects if e.source is action and e.relation and e.relation != table.name]
            along = f", and those of {listed(sorted(others))}, which refer to it," if cascade and others else ""
            yield Loss(
                statement, table.name, (),
                f"TRUNCATE deletes all rows of `{table.name}`{along} and no reverse brings them back.",
                copied(own, table.name, "*"),
            )  # fmt: skip
    elif action.kind is Kind.DROP_SCHEMA and cascade:
        inside = sorted(name for name in catalog.tables if name.startswith(f"{action.name}."))
        tables = f", {listed(inside)}," if inside else ""
        yield Loss(
            statement, action.name, (),
            f"Dropping the schema `{action.name}` with CASCADE deletes every table in it{tables} with all rows.",
            "Leave CASCADE out: the server then refuses while anything is left in it, and names what.",
        )  # fmt: skip
    elif action.kind is Kind.DROP_OBJECT and cascade and action.definition["type"] in WITH_COLUMNS:
        what = action.definition["type"]
        yield Loss(
            statement, None, (),
            f"Dropping the {what} `{action.name}` with CASCADE deletes every column of its types, in all tables.",
            "Leave CASCADE out: the server then refuses, and names the columns that would go.",
        )  # fmt: skip


def column_loss(own: Ways, statement: Statement, relation: str | None, columns: tuple[str, ...]) -> Loss:
    columns = tuple(dict.fromkeys(columns))
    many = len(columns) > 1
    table = statement.before.table(relation or "") if statement.before else None
    keys = [c.columns for c in table.constraints.values() if c.type == "primary key"] if table else []
    names = dict.fromkeys((*(keys[0] if keys else ()), *columns))
    return Loss(
        statement, relation, columns,
        f"Dropping the column{'s' * many} {listed(columns)} of `{relation}` deletes what {'they hold' if many else 'it holds'}:"
        f" going back makes {'them' if many else 'it'} again without the data.",
        copied(own, relation or "", ", ".join(map(own.quoted, names))),
    )  # fmt: skip


def table_loss(own: Ways, statement: Statement, relation: str) -> Loss:
    sql = f"ALTER TABLE {own.quoted(relation)} RENAME TO {own.quoted('unused_' + relation)}"
    back = f"ALTER TABLE {own.quoted('unused_' + relation)} RENAME TO {own.quoted(relation)}"
    return Loss(
        statement, relation, (),
        f"Dropping the table `{relation}` deletes all its rows: going back makes it again, empty.",
        f"Rename it first, and drop it when nobody has missed it:\n\n    migrations.RunSQL({sql!r}, reverse_sql={back!r}),",
    )  # fmt: skip


def copied(own: Ways, relation: str, columns: str) -> str:
    copy = own.quoted(f"{relation}_copy")
    sql = f"CREATE TABLE {copy} AS SELECT {columns} FROM {own.quoted(relation)}"
    return (
        "Copy what may still be needed, in a migration before this one:\n\n"
        f"    migrations.RunSQL({sql!r}, reverse_sql={f'DROP TABLE {copy}'!r}),"
    )
