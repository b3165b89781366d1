"""What the running release asks of a table: the columns of its models. Public, for rules."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db.migrations import RunSQL
from django.db.migrations.state import ModelState, ProjectState
from django.db.migrations.utils import resolve_relation
from django.db.models import Field

from migration_lint.types import Action, Effect, Impact, Kind, MigrationImpact, Statement, record

if TYPE_CHECKING:
    from migration_lint.sql.catalog import Table

Models = Mapping[tuple[str, str], ModelState]


@record()
class Use:
    """A column that a model's queries name. `definition` is None for a column that Django adds by itself."""

    state: ModelState
    field: str
    column: str
    definition: Field[Any, Any] | None = None

    @property
    def name(self) -> str:
        return f"{self.state.name}.{self.field}"

    @property
    def model(self) -> str:
        return self.state.name_lower

    @property
    def is_inserted(self) -> bool:
        return not getattr(self.definition, "generated", False)


class Uses(dict[str, list[Use]]):
    """By column. One that the backend has cut, or spells in a case of its own, is found by the name it has there."""

    def get(self, column: str, default: Any = None) -> Any:
        if found := super().get(column):
            return found
        other = next((uses for name, uses in self.items() if is_named(column, name)), None)
        return [replace(use, column=column) for use in other] if other else default

    def __contains__(self, column: object) -> bool:
        return self.get(str(column)) is not None


def uses(models: Models, table: str) -> Uses:
    """What the models of this table use; empty for a table of none of them."""
    found = Uses()
    for state, through in users(models, table):
        for use in columns(models, state) if through is None else through:
            found.setdefault(use.column, []).append(use)
    return found


def touched_models(impact: Impact) -> Iterator[tuple[ModelState | None, ModelState]]:
    """The models that the operation names and that have a table of their own, with their states before."""
    step = impact.step
    for attribute in ("model_name", "name"):
        name = getattr(step.operation, attribute, None)
        key = (step.migration.app_label, name.lower()) if isinstance(name, str) else ("", "")
        state = step.state.after.models.get(key)
        if state is not None:
            if not state.options.get("proxy") and state.options.get("managed", True):
                yield step.state.before.models.get(key), state
            return


User = tuple[ModelState, "list[Use] | None"]


def users(models: Models, table: str) -> list[User]:
    """The models of a table, or those between which it is an automatic one, with the columns that Django gives such a table."""
    exact = [(state, found) for state in models.values() for name, found in tables_of(state) if name == table]
    return exact or [(state, found) for state in models.values() for name, found in tables_of(state) if is_named(table, name)]


def tables_of(state: ModelState) -> list[tuple[str, list[Use] | None]]:
    """The tables that a model has. Kept on the state, which stays as it is once the plan has gone past it."""
    known: list[tuple[str, list[Use] | None]] | None = state.__dict__.get("_tables")
    if known is None:
        own = table_name(state)
        through: dict[str, list[Use] | None] = {}
        for use, name in many_to_many(state, own):
            columns = through.setdefault(plain(name), [])
            assert columns is not None
            columns.append(use)
        known = [] if state.options.get("proxy") else [(plain(own), None), *through.items()]
        state.__dict__["_tables"] = known
    return known


def names_of(model: ModelState) -> frozenset[str]:
    """What code calls a model, or reaches it by from others. Kept on the state, which stays as it is."""
    known: frozenset[str] | None = model.__dict__.get("_names")
    if known is None:
        related = {getattr(field.remote_field, "related_name", None) for field in model.fields.values() if field.remote_field}
        names = {model.name, model.name_lower, f"{model.name_lower}_set", *related}
        known = model.__dict__["_names"] = frozenset(name for name in names if name)
    return known


def plain(name: str) -> str:
    return name.strip('"').replace('"."', ".")


def table_name(state: ModelState) -> str:
    return str(state.options.get("db_table") or f"{state.app_label}_{state.name_lower}")


def is_named(table: str, name: str) -> bool:
    """Whether a model's table name is this one, which the backend may have cut and a schema may stand before."""
    if name == table:
        return True
    name = plain(name)
    if len(name) > len(table):
        kept = max(len(table) - 4, 0)
        is_cut = name[:kept].lower() == table[:kept].lower() and table in (cut(name, len(table)), cut(name, len(table)).lower())
        return is_cut or name.endswith(f".{table}")
    return name == table or name.lower() == table


def cut(name: str, length: int) -> str:
    """A name as Django cuts one that is too long for the backend: four digits of a hash end it."""
    if len(name) <= length:
        return name
    digest = hashlib.md5(name.encode(), usedforsecurity=False).hexdigest()[:4]
    return f"{name[: max(length - 4, 0)]}{digest}"


def columns(models: Models, state: ModelState) -> list[Use]:
    """What a model's queries name. Kept on a state that no other one adds to, as its tables are."""
    known: list[Use] | None = state.__dict__.get("_columns")
    if known is None:
        known = list(find_columns(models, state))
        if not any(isinstance(base, str) for base in state.bases):
            state.__dict__["_columns"] = known
    return known


def find_columns(models: Models, state: ModelState) -> Iterator[Use]:
    links = [field for field in state.fields.values() if getattr(field.remote_field, "parent_link", False)]
    for name, field in state.fields.items():
        column = column_of(name, field)
        if column is not None:
            yield Use(state, name, column, field)
    if state.options.get("order_with_respect_to"):
        yield Use(state, "_order", "_order")
    parents = [base for base in state.bases if isinstance(base, str)]
    if not parents and not any(field.primary_key for field in state.fields.values()) and "pk" not in state.fields:
        yield Use(state, "id", "id")
    for base in parents:
        if not links:
            label, _, parent = base.lower().partition(".")
            if (label, parent) in models and not models[label, parent].options.get("abstract"):
                yield Use(state, f"{parent}_ptr", f"{parent}_ptr_id")


def column_of(name: str, field: Any) -> str | None:
    """The column of a field that no model class has been made with."""
    if field.many_to_many:
        return None
    kind = type(field)
    if kind.get_attname_column is Field.get_attname_column and kind.get_attname is Field.get_attname:
        return field.db_column or name
    bound = field.__copy__()
    bound.name = name
    column: str | None = bound.get_attname_column()[1]
    return column


def many_to_many(state: ModelState, table: str) -> Iterator[tuple[Use, str]]:
    """The columns of the automatic tables between models, as Django names them."""
    for name, field in state.fields.items():
        remote: Any = field.remote_field
        if not field.many_to_many or remote.through:
            continue
        target = resolve_relation(remote.model, state.app_label, state.name_lower)[1]
        ends = (state.name_lower, target)
        if ends[0] == ends[1]:
            ends = (f"from_{ends[0]}", f"to_{ends[1]}")
        for column in ("id", *(f"{end}_id" for end in ends)):
            yield Use(state, name, column, field), getattr(field, "db_table", None) or f"{table.strip(chr(34))}_{name}"


def table_before(migration: MigrationImpact, table: Table) -> str:
    """The name by which the running release knows the table."""
    for made, name in table.former_names:
        if made is not None and made in migration.release:
            return name
    return table.name


def is_used(migration: MigrationImpact, table: Table) -> bool:
    return table.made_by is None or table.made_by not in migration.release


def is_same(one: Table, other: Table) -> bool:
    """Whether this is the same table at two points of the plan; tables that nobody made are known by their name alone."""
    return one.id == other.id and bool(one.id or one.name == other.name)


def same_table(tables: Mapping[str, Table], table: Table) -> Table | None:
    """The table at another point of the plan, under whatever name."""
    if not table.id:
        return tables.get(table.name)
    return next((other for other in tables.values() if other.id == table.id), None)


def historical_models(state: ProjectState) -> list[tuple[str, str]]:
    """The app labels and names of the models at a point of the plan."""
    return [(model.app_label, model.name) for model in state.models.values()]


def is_model_of_today(app_label: str, name: str) -> bool:
    """Whether the code has such a model now."""
    return name.lower() in apps.all_models.get(app_label, {})


def find_table(tables: Mapping[str, Table], name: str) -> Table | None:
    """The table that a model calls so, which the backend may have cut or spelled in a case of its own."""
    return tables.get(name) or next((table for table in tables.values() if is_named(table.name, name)), None)


def survives(migration: MigrationImpact, table: Table) -> bool:
    """Whether the migration ends with the table, which was dropped only to be remade, or with a copy of all its columns."""
    last = migration.impacts[-1].after.tables
    if not table.id or same_table(last, table) is not None:
        return bool(table.id)
    copies = [other.copied for other in last.values() if other.copied is not None and other.made_by == migration.key]
    return any(copy.table.id == table.id and table.columns.keys() <= set(copy.columns.values()) for copy in copies)


def is_gone(migration: MigrationImpact, effect: Effect) -> bool:
    """Whether the migration ends without the table that the effect is on."""
    table = effect.table
    return table is not None and bool(table.id) and same_table(migration.impacts[-1].after.tables, table) is None


def is_first(migration: MigrationImpact, table: Table, column: str, statement: Statement) -> bool:
    """Whether the migration itself added the column that it has by this name before this statement."""
    for _, earlier in reversed(migration.timeline):
        if earlier.position >= statement.position:
            continue
        for action in reversed(earlier.actions):
            if action.kind is not Kind.RENAME_COLUMN or action.definition != column or earlier.before is None:
                continue
            if is_same(earlier.before.table(action.table or ""), table):
                column = action.name or ""
    start = same_table(migration.before.tables, table)
    return start is not None and start.known and column not in start.columns


def actions(statements: Iterable[Statement], kind: Kind) -> Iterator[tuple[Statement, Action, Table]]:
    """The actions of one kind, each with the table as it is just before."""
    for statement in statements:
        for action in statement.actions:
            if action.kind is kind and action.table is not None and statement.before is not None:
                yield statement, action, statement.before.table(action.table)


def is_unwritten(migration: MigrationImpact, table: Table, column: str, statement: Statement) -> bool:
    """Whether the release that is running knows nothing of the column: this one has added it."""
    if is_first(migration, table, column, statement):
        return True
    old = uses(migration.models_before, table_before(migration, table)) if len(migration.release) > 1 else {}
    start = same_table(migration.before.tables, table)
    return bool(old) and column not in old and start is not None and column in start.columns


def is_settled(migration: MigrationImpact, table: Table, column: str, statement: Statement) -> bool:
    """Whether the old rows of a column are no question: there are none, nobody has written them, or a migration saw to them."""
    return not is_used(migration, table) or table.is_written(column) or is_unwritten(migration, table, column, statement)


# What may be harder to undo than it was to do.
HARD_TO_UNDO = {
    Kind.DROP_COLUMN, Kind.DROP_NOT_NULL, Kind.ALTER_TYPE, Kind.DROP_CONSTRAINT, Kind.DROP_INDEX, Kind.SET_EXPRESSION,
}  # fmt: skip


def way_back(migration: MigrationImpact) -> Iterator[tuple[Impact, Impact, MigrationImpact]]:
    """The impacts as they are undone, last first, each with the impact there and all of the way back.

    The way back is worked out only here, and only to the first impact that may be hard to undo: it costs as much as the way
    there.
    """
    if "_way_back" not in migration.__dict__:
        first = next((number for number, impact in enumerate(migration.impacts) if is_hard_to_undo(migration, impact)), None)
        migration.__dict__["_way_back"] = migration.undone(first) if first is not None else None
    back: MigrationImpact | None = migration.__dict__["_way_back"]
    there = {id(impact.step): impact for impact in migration.impacts}
    for impact in back.impacts if back is not None else ():
        assert back is not None
        yield impact, there[id(impact.step)], back


def is_hard_to_undo(migration: MigrationImpact, impact: Impact) -> bool:
    """Whether going back over it may take or lose more than it did itself."""
    if isinstance(impact.step.operation, RunSQL) and impact.step.operation.reverse_sql:
        return True
    for statement in impact.statements:
        for action in statement.actions:
            if action.kind in HARD_TO_UNDO:
                table = statement.before.table(action.table) if statement.before is not None and action.table else None
                if table is None or (is_used(migration, table) and not is_plain_column(action, table)):
                    return True
    return False


def is_plain_column(action: Action, table: Table) -> bool:
    """Whether a column is dropped that may be NULL and that nothing is built on: it comes back without a look at the rows."""
    column = table.columns.get(action.name or "") if action.kind is Kind.DROP_COLUMN else None
    if column is None or column.not_null or column.default is not None or column.generated or column.identity:
        return False
    keys = [constraint.columns for constraint in table.constraints.values()]
    indexes = [{*index.columns, *index.used} for index in table.indexes.values()]
    return not any(column.name in names for names in (*keys, *indexes))
