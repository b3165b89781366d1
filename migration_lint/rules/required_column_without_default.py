from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from django.core.exceptions import ValidationError
from django.db.models import DateTimeField, JSONField
from django.db.models.functions import Now

from migration_lint import Action, Finding, Kind, MigrationImpact, Rule, Severity, Statement
from migration_lint.running import Use, is_same, is_used, same_table, table_before, uses
from migration_lint.spelling import Ways, changed, listed, ways

if TYPE_CHECKING:
    from migration_lint.sql.catalog import Column, Table

CAUSES = {
    Kind.ADD_COLUMN, Kind.SET_NOT_NULL, Kind.DROP_DEFAULT, Kind.SET_DEFAULT, Kind.DROP_IDENTITY, Kind.DROP_EXPRESSION,
    Kind.RENAME_COLUMN, Kind.ADD_CONSTRAINT, Kind.VALIDATE_CONSTRAINT,
}  # fmt: skip


def is_required(column: Column) -> bool:
    """Whether an INSERT that leaves the column out fails."""
    default = column.default is not None and not column.default.is_null
    serial = column.type is not None and "serial" in column.type.name
    return column.not_null and not (default or column.identity or column.generated or serial)


class Required(NamedTuple):
    """A column with what made it required; `use` is None where no model has it."""

    number: int
    statement: Statement
    column: Column
    added: bool
    use: Use | None


class RequiredColumnWithoutDefault(Rule):
    """The running release leaves the column, which it does not know, out of its INSERTs, and the database has no value for it.

    A field's `default` fills the existing rows and lives on in Python alone: Django drops it from the column at once.
    `db_default` stays in the database.
    """

    severity = Severity.ERROR
    category = "compatibility"
    bad = """
        operations = [
            migrations.AddField("book", "pages", models.IntegerField(default=1)),
        ]
    """
    good = """
        operations = [
            migrations.AddField("book", "pages", models.IntegerField(default=1, db_default=1)),
        ]
    """

    def check_migration(self, migration: MigrationImpact) -> Iterable[Finding]:
        found: dict[tuple[int, str], list[Required]] = {}
        if not migration.impacts or migration.impacts[-1].after is migration.before:
            return
        before = migration.before.tables
        for table in migration.impacts[-1].after.tables.values():
            if before.get(table.name) is table:
                continue
            for required in newly_required(migration, table):
                found.setdefault((required.number, table.name), []).append(required)
        for (number, relation), rows in found.items():
            statement = rows[0].statement
            yield self.finding(
                f"The running release fails on every INSERT into `{relation}` until the last of its processes is replaced: it "
                f"leaves out {listed(row.column.name for row in rows)}, which {'are' if len(rows) > 1 else 'is'} NOT NULL "
                "without a default in the database.",
                help="\n\n".join(advice(ways(migration.impacts[number]), relation, row) for row in rows),
                impact=migration.impacts[number], migration=migration, statement=statement, relation=relation,
                effect=next((effect for effect in statement.effects if effect.relation == relation), None),
            )  # fmt: skip


def newly_required(migration: MigrationImpact, table: Table) -> Iterator[Required]:
    """The columns that the running release's INSERTs have to name since this migration, and do not."""
    start = same_table(migration.before.tables, table)
    if start is None or not is_used(migration, table):
        return
    required = [
        column
        for column in table.columns.values()
        if start.columns.get(column.name) is not column and is_required(column) and not was_required(start, column)
    ]
    old = uses(migration.models_before, table_before(migration, table)) if required else {}
    for column in required if old else ():
        if column.name in old:
            continue
        cause = attribute(migration, table, column.name)
        if cause is None:
            continue
        number, statement, action = cause
        if action.kind is Kind.RENAME_COLUMN and action.name in old and action.name not in table.columns:
            continue  # that the old name is gone says more
        after = uses(migration.impacts[number].step.state.after.models, table.name).get(column.name)
        yield Required(number, statement, column, action.kind is Kind.ADD_COLUMN, after[0] if after else None)


def was_required(start: Table, column: Column) -> bool:
    known = start.columns.get(column.name)
    return known is not None and is_required(known)


def attribute(migration: MigrationImpact, table: Table, column: str) -> tuple[int, Statement, Action] | None:
    """What made the column required: the statement that added it, or else the last that touched it."""
    found = None
    for number, statement, action in touching(migration, table):
        names = action.definition.columns if action.kind in (Kind.ADD_CONSTRAINT,) else (action.name,)
        if action.kind is Kind.RENAME_COLUMN:
            names = (action.definition,)
        if column in names or action.kind is Kind.VALIDATE_CONSTRAINT:
            if action.kind is Kind.ADD_COLUMN:
                return number, statement, action
            found = (number, statement, action)
    return found


def touching(migration: MigrationImpact, table: Table) -> Iterator[tuple[int, Statement, Action]]:
    for number, impact in enumerate(migration.impacts):
        for statement in impact.statements:
            for action in statement.actions:
                if action.kind not in CAUSES or action.table is None or statement.before is None:
                    continue
                if is_same(statement.before.table(action.table), table):
                    yield number, statement, action


def advice(own: Ways, relation: str, row: Required) -> str:
    use, name = row.use, row.column.name
    if use is None or use.definition is None:
        if not own.offers("set default"):
            return f"Give `{name}` a default where the table is made, or let it be NULL until the next release."
        sql = own.sql("set default", table=relation, column=name, default=sql_default(row) or "…")
        return f"Leave a default in the database until the next release:\n\n    migrations.RunSQL({sql!r})"
    operation = f'migrations.{"AddField" if row.added else "AlterField"}("{use.model}", "{use.field}", '
    value = python_default(use.definition, row)
    if value is not None:
        line = f"{operation}{changed(use.definition, db_default=value)}),"
        return f"Let the database fill the column for the release that does not know it:\n\n    {line}"
    line = f"{operation}{changed(use.definition, without=('default',), null=True)}),"
    return (
        f"Add the column with `null=True` in this release:\n\n    {line}\n\n"
        "In the next one, when no process of the old code is left, fill it and take `null=True` away."
    )


def python_default(field: Any, row: Required) -> Any:
    """A value for `db_default`: the field's default where it is a constant, otherwise what the old rows were filled with."""
    if field.many_to_one or field.one_to_one:
        return None
    if field.has_default():
        if not callable(field.default):
            return field.default
        return Now() if isinstance(field, DateTimeField) else None
    if isinstance(field, DateTimeField) and (field.auto_now or field.auto_now_add):
        return Now()
    literal = sql_default(row)
    if literal is None or isinstance(field, JSONField):
        return None
    if literal in ("true", "false"):
        return literal == "true"
    text = re.fullmatch(r"'((?:[^']|'')*)'|([-+]?[0-9.]+)", literal)
    if text is None:
        return None
    try:
        return field.to_python(text[2] or (text[1] or "").replace("''", "'"))
    except ValidationError:
        return None


def sql_default(row: Required) -> str | None:
    for action in row.statement.actions:
        if action.kind is Kind.ADD_COLUMN and action.name == row.column.name and action.definition.default is not None:
            return str(action.definition.default.text)
    return None
