"""Where the tables of models are not what Django takes them for. Public, for rules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.db.migrations import RunPython, RunSQL, SeparateDatabaseAndState
from django.db.migrations.state import ModelState

from migration_lint import backends
from migration_lint.running import Models, Use, columns, find_table, is_named, table_name
from migration_lint.sql.catalog import Catalog, Column, End, SQLType, Table
from migration_lint.sql.lexer import split
from migration_lint.sql.read import read
from migration_lint.types import Impact, MigrationImpact, States, record

ModelKey = tuple[str, str]
# What is wrong with a table, or with a column or something else of it that has a name.
WORDS = {
    "missing column": "has no column `{name}`, which the model has",
    "extra column": "has a column `{name}`, which the model does not have",
    "unknown column": "has a column `{name}`, which the model does not have and which fills itself",
    "null": "lets `{name}` be NULL, which the model does not",
    "not null": "does not let `{name}` be NULL, which the model does",
    "type": "has another type for `{name}` than the model",
    "key": "has no foreign key on `{name}`, which the model has",
    "unique": "does not hold `{name}` unique, which the model does",
    "index": "has no index `{name}`, which the model has",
    "constraint": "has no constraint `{name}`, which the model has",
}


@record()
class Drift:
    """One difference. `kind` is one of WORDS."""

    kind: str
    model: ModelKey
    table: str
    name: str


class Types:
    """The type that Django gives a field's column, on the target of a migration."""

    def __init__(self, migration: MigrationImpact) -> None:
        self.backend = backends.load(migration.target.vendor)
        self.connection: Any = getattr(migration.impacts[0].features, "connection", None)

    def of(self, field: Any) -> SQLType | None:
        """None where it takes a model to tell, or nobody can."""
        if field.remote_field is not None or self.connection is None:
            return None
        try:
            text = field.db_type(self.connection)
            (piece,) = split(f"ALTER TABLE t ADD c {text}", self.backend.dialect)
            (action, *_) = read(piece, self.backend)
        except Exception:  # a field of the project's own may need what is not there
            return None
        found: SQLType | None = getattr(action.definition, "type", None)
        return found


def differences(models: Models, catalog: Catalog, keys: Iterable[ModelKey], types: Types) -> set[Drift]:
    """What is not in the tables of these models as their states have it.

    What Django knows nothing of and never touches is left out: triggers, views, indexes and constraints that no model names.
    """
    found: set[Drift] = set()
    for key in keys:
        state = models.get(key)
        table = None if state is None or is_apart(state) else find_table(catalog.tables, table_name(state).strip('"'))
        if state is not None and table is not None and table.known and table.kind == "table":
            found.update(Drift(kind, key, table.name, name) for kind, name in compared(models, state, table, types))
    return found


def is_apart(state: ModelState) -> bool:
    """Whether Django makes no table for the model."""
    return not state.options.get("managed", True) or any(state.options.get(each) for each in ("proxy", "abstract", "swappable"))


def compared(models: Models, state: ModelState, table: Table, types: Types) -> Iterator[tuple[str, str]]:
    known: dict[str, Use] = {}
    for use in columns(models, state):
        column = next((each for each in table.columns.values() if is_named(each.name, use.column)), None)
        if column is None:
            yield "missing column", use.column
        else:
            known[column.name] = use
            yield from about(use, column, table, types)
    for name, column in table.columns.items():
        if name not in known and column.generated is None:
            yield ("extra" if column.not_null and not column.default and not column.identity else "unknown") + " column", name
    names = {*table.constraints, *(name.rpartition(".")[2] for name in table.indexes)}
    for kind, option in (("index", "indexes"), ("constraint", "constraints")):
        for thing in state.options.get(option) or ():
            if not any(is_named(name, thing.name) for name in names):
                yield kind, thing.name


def about(use: Use, column: Column, table: Table, types: Types) -> Iterator[tuple[str, str]]:
    """One column, as far as its field tells without a database."""
    field: Any = use.definition
    if field is None or field.primary_key or getattr(field, "generated", False):
        return
    if field.null and column.not_null:
        yield "not null", column.name
    elif not field.null and not column.not_null and not table.proves_not_null(column.name):
        yield "null", column.name
    expected = types.of(field)
    if expected is not None and column.type is not None and expected != column.type:
        yield "type", column.name
    own = (column.name,)
    unique = any(c.type in ("unique", "primary key") and c.columns == own for c in table.constraints.values()) or any(
        index.unique and index.columns == own for index in table.indexes.values()
    )
    if field.unique and not unique:
        yield "unique", column.name
    keyed = field.remote_field is not None and getattr(field, "db_constraint", False)
    if keyed and not any(key.columns == own for key in table.foreign_keys()):
        yield "key", column.name


# What may let the two part.


def by_hand(impact: Impact) -> bool:
    """Whether what the server is told and what Django believes are written apart."""
    operation = impact.step.operation
    if isinstance(operation, RunPython) and impact.step.parent is None:
        return bool(impact.statements)
    return impact.step.parent is not None or isinstance(operation, RunSQL | SeparateDatabaseAndState)


def introduced(migration: MigrationImpact) -> dict[Drift, Impact]:
    """What parts in the migration, with the operation that it is put down to."""
    found: dict[Drift, Impact] = {}
    if not any(map(by_hand, migration.impacts)):
        return found
    touched: dict[ModelKey, Impact] = {}
    before = migration.impacts[0].step.state.before.models
    after: Mapping[ModelKey, ModelState] = before
    for impact in migration.impacts:
        states = around(migration, impact)
        after = states.after.models
        if by_hand(impact):
            touched.update(dict.fromkeys(reached(impact, states), impact))
    if not touched:
        return found
    types = Types(migration)
    old = differences(before, migration.before, touched, types)
    new = differences(after, migration.after, touched, types) - old
    return {drift: touched[drift.model] for drift in sorted(new, key=str) if not is_left_behind(migration, drift, touched)}


def is_left_behind(migration: MigrationImpact, drift: Drift, touched: Mapping[ModelKey, Impact]) -> bool:
    """Whether Django is to forget a column first, which is the first half of a removal in two releases."""
    operation = migration.migration.operations[touched[drift.model].step.index[0]]
    alone = isinstance(operation, SeparateDatabaseAndState) and not operation.database_operations
    return alone and drift.kind in ("extra column", "unknown column")


def around(migration: MigrationImpact, impact: Impact) -> States:
    """The states around a whole operation. Those of a part are of what the server is told."""
    states, index = impact.step.state, impact.step.index[0]
    if impact.step.parent is None:
        return states
    known: dict[int, States] = migration.__dict__.setdefault("_around", {})
    if index not in known:
        first = next(each for each in migration.impacts if each.step.index[0] == index).step.state.before
        after = first.clone()
        migration.migration.operations[index].state_forwards(migration.migration.app_label, after)
        after.freeze()  # type: ignore[attr-defined]
        known[index] = States(first, after)
    return known[index]


def reached(impact: Impact, states: States) -> Iterator[ModelKey]:
    """The models that the operation changes in the state, and those whose tables its statements name."""
    before, after = states.before.models, states.after.models
    for key in {*before, *after}:
        if key not in before or key not in after or before[key] is not after[key]:
            yield key
    named = {action.table for statement in impact.statements for action in statement.actions if action.table is not None}
    if named:
        for key, state in after.items():
            if any(is_named(name, table_name(state)) for name in named):
                yield key


def remains(drift: Drift, end: End, migration: MigrationImpact) -> bool:
    """Whether the plan ends with the difference: what one migration tells the server alone another may tell Django."""
    return drift in differences(end.models, end, [drift.model], Types(migration))
