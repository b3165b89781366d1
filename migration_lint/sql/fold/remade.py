"""A table that is remade: another one, made and filled from it in the same migration, takes its name when it is gone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from migration_lint.sql.catalog import Catalog, Column, Constraint, Copied, Table
from migration_lint.types import Action, Kind, MigrationKey, replace

DIFFERENCE = "by a remake"  # the trait of what a remake changed: no statement says it


def filled(catalog: Catalog, action: Action, migration: MigrationKey | None) -> Catalog:
    """After an INSERT that copies rows: the table remembers from where."""
    table = catalog.tables.get(action.table or "")
    copies = action.definition.get("copies") if isinstance(action.definition, Mapping) else None
    if not copies or table is None or table.copied or migration is None or table.made_by != migration:
        return catalog
    source = catalog.table(copies["table"])
    if source.name == table.name:
        return catalog
    values = [name for value in copies["values"] for name in (source.columns if value == "*" else [value])]
    columns = dict(zip(copies["columns"] or table.columns or values, values, strict=False))
    if not table.columns:  # CREATE TABLE … AS makes them
        types = {name: source.columns[value].type for name, value in columns.items() if value in source.columns}
        table = replace(table, columns={name: Column(name, types.get(name)) for name in columns if name})
    return catalog.with_table(replace(table, copied=Copied(source, columns)))


def replaced(catalog: Catalog, action: Action) -> Table | None:
    """The table whose place another takes by this renaming, as it was when its rows were copied."""
    made = catalog.tables.get(action.table or "") if action.kind is Kind.RENAME_TABLE else None
    if made is None or made.copied is None or made.copied.table.name != action.name or action.name in catalog.tables:
        return None
    return made.copied.table


def successor(old: Table, new: Table) -> Table:
    """The new table as what it is: the old one, changed."""
    columns = {name: old.columns[name] if old.columns.get(name) == c else c for name, c in new.columns.items()}
    return replace(
        new,
        name=old.name,
        columns=columns,
        id=old.id,
        made_by=old.made_by,
        former_names=old.former_names,
        copied=None,
        written=old.written,
        defaulted=old.defaulted,
    )


def differences(catalog: Catalog, action: Action) -> Iterator[Action]:
    """What the remake that this renaming ends has changed, as the statements that do it one by one would say it."""
    old = replaced(catalog, action)
    if old is None or not old.known or action.table is None:
        return
    new = catalog.tables[action.table]
    assert new.copied is not None
    copies = new.copied.columns

    def act(kind: Kind, name: str | None, definition: object = None) -> Action:
        return Action(kind, old.name, name, definition, frozenset({DIFFERENCE}))

    renames = {
        source: name
        for name, source in copies.items()
        if source is not None
        and source in old.columns
        and source not in new.columns
        and name in new.columns
        and name not in old.columns
    }
    kept = {}
    for name, column in old.columns.items():
        later = new.columns.get(renames.get(name, name))
        if later is None or not (later.name in copies or (column.generated and later.generated)):
            yield act(Kind.DROP_COLUMN, name)
            continue
        kept[later.name] = column
        if name in renames:
            yield act(Kind.RENAME_COLUMN, name, later.name)
    for name, column in new.columns.items():
        before = kept.get(name)
        if before is None:
            yield act(Kind.ADD_COLUMN, name, column)
            continue
        if (before.type, before.collation) != (column.type, column.collation):
            yield act(Kind.ALTER_TYPE, name, {"type": column.type, "collation": column.collation, "using": None})
        if before.not_null != column.not_null:
            yield act(Kind.SET_NOT_NULL if column.not_null else Kind.DROP_NOT_NULL, name)
        if text(before.default) != text(column.default):
            yield act(Kind.SET_DEFAULT if column.default else Kind.DROP_DEFAULT, name, column.default)
    constraints = [(plain(c, old.name, renames), key) for key, c in old.constraints.items()]
    after = [(plain(c, new.name, {}), c) for c in new.constraints.values()]
    for shape, key in constraints:
        if shape not in [other for other, _ in after]:
            yield act(Kind.DROP_CONSTRAINT, key)
    for shape, constraint in after:
        if shape not in [other for other, _ in constraints]:
            yield act(Kind.ADD_CONSTRAINT, constraint.name, constraint)


def text(expression: object) -> str | None:
    return getattr(expression, "text", None)


def plain(constraint: Constraint, table: str, renames: Mapping[str, str]) -> Constraint:
    """The constraint without what a remake gives it anew: names that nobody chose, and the table's."""
    return replace(
        constraint,
        name=None,
        columns=tuple(renames.get(name, name) for name in constraint.columns),
        references="" if constraint.references == table else constraint.references,
    )
