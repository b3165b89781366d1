from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models.functions import Now

from migration_lint import Finding, Impact, Kind, MigrationImpact, Rule, Severity, Statement, spelling
from migration_lint.running import is_first, is_used

if TYPE_CHECKING:
    from migration_lint.sql.catalog import Table

CONSTANT = {dict, list, set, tuple, frozenset, str, int, float, bool, bytes, complex}
DAY = timedelta(days=1)


class OneDefaultForAllRows(Rule):
    """The default is a function with another value each time, but a migration calls it once: all old rows get the same.

    Where the column is unique, the migration fails as soon as there are two rows. Functions that always return the same, such
    as `dict`, are left alone.
    """

    severity = Severity.WARNING
    category = "data-loss"
    kinds = frozenset({Kind.ADD_COLUMN, Kind.UPDATE, Kind.SET_NOT_NULL})
    bad = """
        import uuid

        operations = [
            migrations.AddField("book", "token", models.UUIDField(default=uuid.uuid4)),
        ]
    """
    good = """
        operations = [
            migrations.AddField("book", "token", models.UUIDField(null=True)),
        ]
    """

    def check_impact(self, impact: Impact, migration: MigrationImpact) -> Iterable[Finding]:
        for statement, table, column, target in filled(impact, migration):
            if target.field is None or not varies(target.field, impact):
                continue
            value = spelling.value(target.field.default)
            unique = is_unique(impact.after.table(table.name), column)
            rows = "old rows" if statement.added else "rows without a value"
            once = f"`{value}` is called once for the whole migration"
            message = f"All {rows} of `{table.name}` get one and the same `{column}`: {once}."
            if unique:
                message += " The column is unique, and the migration fails as soon as there are two rows."
            yield self.finding(
                message,
                help=self.one_by_one(impact, target, unique),
                impact=impact, migration=migration, statement=statement.statement, relation=table.name,
                severity=Severity.ERROR if unique else None,
            )  # fmt: skip

    def one_by_one(self, impact: Impact, target: spelling.Named, unique: bool) -> str:
        field, model = target.field, target.model
        assert field is not None
        assert model is not None
        names = {"model_name": repr(target.model_name), "name": repr(target.field_name)}
        bare = spelling.changed(field, ("unique", "default"), null=True)
        full = spelling.changed(field)
        last = spelling.call("migrations.AlterField", **names, field=full)
        value = f"{spelling.value(field.default)}()"
        steps: list[str | tuple[str, str]] = [
            (
                "Add the column without the default, in a migration of its own:",
                spelling.call("migrations.AddField", **names, field=bare),
            ),
            ("Give each row a value of its own in the next one:", spelling.row_by_row(target, value)),
            ("Then say the rest:", last),
        ]
        if isinstance(field, models.DateTimeField) and not unique:
            kept = spelling.changed(field, ("default",), db_default=Now())
            return spelling.advice(
                *steps,
                note=f"Where one time for all is right, let the database say so: `{kept}`.",
            )
        return spelling.advice(*steps)


class Filled:
    """The statement by which the old rows get the value; `added` where the column is new."""

    def __init__(self, statement: Statement, added: bool) -> None:
        self.statement = statement
        self.added = added


def filled(impact: Impact, migration: MigrationImpact) -> Iterator[tuple[Filled, Table, str, spelling.Named]]:
    """The columns of tables in use that are added, or made NOT NULL, with a default of Python's."""
    updates = any(action.kind is Kind.UPDATE for each in impact.statements for action in each.actions)
    seen = set()
    for statement in impact.statements:
        for action in statement.actions:
            if action.kind not in (Kind.ADD_COLUMN, Kind.SET_NOT_NULL) or action.table is None or statement.before is None:
                continue
            table, column = statement.before.table(action.table), action.name or ""
            added = action.kind is Kind.ADD_COLUMN
            seen_to = impact.before.table(table.name).is_written(column)
            if (table.name, column) in seen or not is_used(migration, table) or seen_to:
                continue
            if not added and not (updates or "by a remake" in action.traits):
                continue
            if not added and is_first(migration, table, column, statement):
                continue
            seen.add((table.name, column))
            target = spelling.named(impact, table.name, column)
            if target.field is not None and target.model is not None and has_own_default(target.field):
                yield Filled(statement, added), table, column, target


def has_own_default(field: models.Field[Any, Any]) -> bool:
    """Whether Python computes the default, and not the database."""
    given = getattr(field, "db_default", models.NOT_PROVIDED)
    return callable(field.default) and field.default is not models.NOT_PROVIDED and given is models.NOT_PROVIDED


def varies(field: models.Field[Any, Any], impact: Impact) -> bool:
    """Whether the function gives another value each time, or one of today. Django has called it already, for the migration."""
    if field.default in CONSTANT or (field.null and not field.unique and is_alter(impact)):
        return False
    operation = impact.step.operation
    try:
        one, other = field.default(), field.default()
    except Exception:  # it needs what is not there: the report says that the statement is not known
        return False
    if isinstance(one, date):
        return getattr(operation, "preserve_default", True) and is_today(one)
    try:
        return bool(one != other)
    except Exception:  # values that refuse to be compared
        return False


def is_alter(impact: Impact) -> bool:
    return not any(action.kind is Kind.ADD_COLUMN for each in impact.statements for action in each.actions)


def is_today(value: date) -> bool:
    if isinstance(value, datetime):
        now = datetime.now(value.tzinfo) if value.tzinfo else datetime.now(timezone.utc).replace(tzinfo=None)
        return abs(now - value) < DAY
    return abs(date.today() - value) <= DAY


def is_unique(table: Table, column: str) -> bool:
    return any(index.unique and index.columns == (column,) for index in table.indexes.values()) or any(
        constraint.type in ("unique", "primary key") and constraint.columns == (column,)
        for constraint in table.constraints.values()
    )
