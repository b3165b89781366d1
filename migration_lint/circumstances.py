"""The circumstances of an action that a fact may depend on, derived from the action's text and the catalog.

A circumstance says what is the case ("longer", "proved by a valid check"), never what follows from it: what follows is a fact.
"""

from __future__ import annotations

from collections.abc import Iterator

from migration_lint.backends import Backend
from migration_lint.sql.catalog import Catalog, Column, Constraint, Expression, Index, SQLType, Table
from migration_lint.storage import stored
from migration_lint.types import Action, Kind, MigrationKey


def circumstances(
    action: Action, catalog: Catalog, backend: Backend, version: tuple[int, ...], migration: MigrationKey | None
) -> frozenset[str]:
    table = catalog.table(subject(action, catalog) or "")
    found = set(action.traits)
    if "with its table" in found or (table.known and table.made_by == migration and migration is not None):
        found.add("new table")
    if table.kind != "table":
        found.add(table.kind)
    match action.kind:
        case Kind.ADD_COLUMN:
            found.update(of_new_column(action, table, catalog, backend))
        case Kind.DROP_COLUMN:
            found.update(of_generated(table, action.name or ""))
        case Kind.ADD_IDENTITY:
            found.add("identity")
        case Kind.SET_IDENTITY:
            if (identity := table.columns.get(action.name or "")) is not None and not identity.identity:
                found.add("no identity")
        case Kind.DROP_COLUMN:
            found.update(of_generated(table, action.name or ""))
        case Kind.ALTER_TYPE:
            found.update(of_type_change(action, table, catalog, backend))
            found.update(of_generated(table, action.name or ""))
        case Kind.SET_EXPRESSION:
            found.update(of_generated(table, action.name or ""))
        case Kind.SET_NOT_NULL:
            found.update(of_not_null(table, action.name or ""))
        case Kind.ADD_CONSTRAINT:
            found.update(of_new_constraint(action.definition, table))
            if "not valid" in found:  # no row is looked at: what the column holds does not count
                found -= {"with its column", "no default", "null default"}
        case Kind.DROP_CONSTRAINT | Kind.VALIDATE_CONSTRAINT | Kind.ALTER_CONSTRAINT | Kind.RENAME_CONSTRAINT:
            found.update(of_constraint(table, action.name or "", action.kind))
        case Kind.CREATE_INDEX:
            if action.name in catalog.indexes:
                found.add("index exists")
        case Kind.DROP_INDEX | Kind.RENAME_INDEX | Kind.ALTER_INDEX:
            if action.name not in catalog.indexes and (action.table is None or table.known):
                found.add("absent")
        case Kind.RENAME_TABLE:
            if action.table in catalog.indexes:
                found.add("an index")
            elif action.table in catalog.sequences:
                found.add("a sequence")
        case Kind.ATTACH_PARTITION:
            found.update(of_attached(table, catalog.table(action.name or "")))
        case Kind.DROP_TRIGGER:
            names = [key.rpartition(".")[2] for key, owner in catalog.triggers.items() if owner == table.name]
            if table.known and action.name not in names:
                found.add("absent")
        case Kind.SET_OPTIONS:
            found.update(f"option {name}" for name in action.definition or {action.name})
        case _:
            pass
    if (storage := backend.settings.get("storage")) is not None:
        own = {**backend.sizes, **storage, "row_versions": backend.row_versions(version)}
        found.update(stored(action, table, catalog, own))
    return frozenset(found)


def subject(action: Action, catalog: Catalog) -> str | None:
    """The table that an action is about; an index's is the one it stands on."""
    if action.table is not None:
        return catalog.indexes.get(action.table, action.table)
    if action.kind in (Kind.DROP_INDEX, Kind.RENAME_INDEX, Kind.ALTER_INDEX, Kind.REINDEX) and action.name is not None:
        return catalog.indexes.get(action.name)
    return None


def volatility(function: str, catalog: Catalog, backend: Backend) -> str:
    """A function's volatility as far as anybody said; what nobody listed is volatile."""
    return catalog.functions.get(function) or backend.functions.get(function, "volatile")


def is_volatile(expression: Expression, catalog: Catalog, backend: Backend) -> bool:
    return any(volatility(name, catalog, backend) == "volatile" for name in expression.functions)


def is_unlisted(function: str, catalog: Catalog, backend: Backend) -> bool:
    return function not in catalog.functions and function not in backend.functions


def of_type(sql_type: SQLType | None, catalog: Catalog, backend: Backend) -> Iterator[str]:
    if sql_type is None:
        return
    if sql_type.name in backend.server.get("serial_types", {}):
        yield "serial"
    elif sql_type.name in catalog.types:
        if catalog.types[sql_type.name] == "constrained domain":
            yield "constrained domain"
    elif sql_type.name not in backend.types:
        yield "unlisted type"


def of_new_column(action: Action, table: Table, catalog: Catalog, backend: Backend) -> Iterator[str]:
    column: Column = action.definition
    if column.name in table.columns:
        yield "column exists"
    kinds = list(of_type(column.type, catalog, backend))
    yield from kinds
    if is_large(column.type, backend):
        yield "large object"
    if any(is_large(other.type, backend) for other in table.columns.values()):
        yield "table with large objects"
    if column.generated:
        yield f"{column.generated} generated"
    elif column.identity:
        yield "identity"
    elif column.default is not None and not column.default.is_null:
        yield "volatile default" if is_volatile(column.default, catalog, backend) else "default"
    elif column.not_null and not kinds:
        yield "not null without default"


def is_large(sql_type: SQLType | None, backend: Backend) -> bool:
    """Whether values of this type are kept apart from their rows, on a server where that matters."""
    return sql_type is not None and sql_type.name in backend.server.get("large_types", ())


def of_generated(table: Table, column: str) -> Iterator[str]:
    found = table.columns.get(column)
    if found is not None and found.generated:
        yield f"{found.generated} generated"


def of_not_null(table: Table, column: str) -> Iterator[str]:
    found = table.columns.get(column)
    if found is not None and found.not_null:
        yield "already not null"
    elif table.proves_not_null(column):
        yield "proved by a valid check"


def of_new_constraint(constraint: Constraint, table: Table) -> Iterator[str]:
    yield constraint.type
    if not constraint.valid:
        yield "not valid"
    if constraint.using_index:
        yield "using index"
        index = table.indexes.get(constraint.using_index)
        columns = [column for column in index.columns if column] if index else []
    else:
        columns = list(constraint.columns)
    if constraint.type == "primary key" and not (
        columns and all(name in table.columns and table.columns[name].not_null for name in columns)
    ):
        yield "nullable column"
    if constraint.type == "foreign key":
        if constraint.references == table.name:
            yield "self reference"
        column = table.columns.get(constraint.columns[0]) if constraint.columns else None
        if column is not None and column.default is None:
            yield "no default"
        elif column is not None and column.default is not None and column.default.is_null:
            yield "null default"
    if constraint.type == "not null":
        yield from of_not_null(table, constraint.columns[0])


def of_constraint(table: Table, name: str, kind: Kind) -> Iterator[str]:
    constraint = table.constraints.get(name)
    if constraint is None:
        yield "absent" if table.known else "unlisted constraint"
    elif kind is Kind.VALIDATE_CONSTRAINT and constraint.valid:
        yield "already valid"
    else:
        yield constraint.type
        if constraint.references == table.name:
            yield "self reference"


def of_attached(parent: Table, child: Table) -> Iterator[str]:
    """A validated CHECK is taken for the proof of the bounds: they are not compared."""
    if any(c.type == "check" and c.valid for c in child.constraints.values()):
        yield "proved by a valid check"
    kept = {(key.columns, key.references, key.referenced_columns) for key in child.foreign_keys() if key.valid}
    if all((key.columns, key.references, key.referenced_columns) in kept for key in parent.foreign_keys()):
        yield "same foreign keys"


def of_type_change(action: Action, table: Table, catalog: Catalog, backend: Backend) -> Iterator[str]:
    new: SQLType = action.definition["type"]
    column = table.columns.get(action.name or "")
    old = column.type if column else None
    yield from of_type(new, catalog, backend)
    yield f"to {new.name}{'[]' * new.dimensions}"
    if is_large(new, backend):
        yield "to large object"
    if is_other_value(action):
        yield "using expression"  # the values are others: what type they had does not count
        return
    if action.definition["collation"] != (column.collation if column else None):
        yield "collation changed"
    if old is None:
        yield "unlisted old type"
        return
    yield f"from {old.name}{'[]' * old.dimensions}"
    if is_large(old, backend):
        yield "from large object"
    if column is not None and column.identity:
        yield "identity"
    if old == new:
        yield "same type"
    elif (old.name, old.dimensions) == (new.name, new.dimensions):
        yield from of_arguments(old.arguments, new.arguments)
    elif not new.arguments:
        yield "unlimited"
    time_zone = catalog.settings.get("timezone", "")
    if time_zone.lower() in ("utc", "etc/utc", "gmt", "zulu", "universal"):
        yield "session time zone is UTC"


def is_other_value(action: Action) -> bool:
    """Whether USING computes something: it is neither the column nor a cast of it to the very type."""
    using: Expression | None = action.definition["using"]
    if using is None or using.text.strip('"') == action.name:
        return False
    return not (using.cast == action.definition["type"] and action.name in using.columns)


def of_arguments(old: tuple[int | str, ...], new: tuple[int | str, ...]) -> Iterator[str]:
    """How length, or precision and scale, changed."""
    if not new:
        yield "unlimited"
        return
    if not old:
        yield "limited"
        return
    before, after = [[part for part in side if isinstance(part, int)] for side in (old, new)]
    if before and after:
        yield "longer" if after[0] > before[0] else "same length" if after[0] == before[0] else "shorter"
    scale_before, scale_after = [side[1] if len(side) > 1 else 0 for side in (before, after)]
    yield "same scale" if scale_before == scale_after else "other scale"


def of_index(index: Index, column: str) -> frozenset[str]:
    """The kind of index, as a column that it contains sees it."""
    if index.method == "fulltext":
        return frozenset({"full-text index"})
    if index.partial or index.is_expression:
        return frozenset({"partial or expression index"})
    return frozenset({"plain index"} if column in index.columns else {"included column"})
