"""What a statement says only beside the catalog: MODIFY names all of a column, and changes what differs from it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from migration_lint.sql.catalog import Catalog, Column, Constraint
from migration_lint.types import Action, Kind, replace

INDEXED = (Kind.DROP_INDEX, Kind.RENAME_INDEX, Kind.REINDEX)


def spelled(action: Action, catalog: Catalog) -> Action:
    """The action with its names as the catalog spells them, where the server does not mind their case."""
    table = known(action.table, catalog.tables)
    name = action.name
    if action.kind in (Kind.DROP_COLUMN, Kind.RENAME_COLUMN):
        name = known(name, catalog.table(table or "").columns)
    elif action.kind in INDEXED:
        name = known(name, catalog.indexes)
    return action if (table, name) == (action.table, action.name) else replace(action, table=table, name=name)


def known(name: str | None, names: Iterable[str]) -> str | None:
    if name is None or name in names:
        return name
    return next((other for other in names if other.lower() == name.lower()), name)


def requested(actions: tuple[Action, ...]) -> tuple[Action, ...]:
    """ALGORITHM = … and LOCK = … are asked of the whole statement: every other action has them as traits."""
    asked = {f"{action.name} {action.definition}" for action in actions if action.kind is Kind.REQUEST}
    return tuple(replace(a, traits=a.traits | asked) if asked else a for a in actions if a.kind is not Kind.REQUEST)


def beside_column(actions: tuple[Action, ...]) -> tuple[Action, ...]:
    """A key or index on a column that the same statement adds comes with its column."""
    added = {action.name for action in actions if action.kind is Kind.ADD_COLUMN}
    return tuple(
        replace(action, traits=action.traits | {"with its column"})
        if action.kind in (Kind.ADD_CONSTRAINT, Kind.CREATE_INDEX) and added & set(action.definition.columns)
        else action
        for action in actions
    )


def resolve(action: Action, catalog: Catalog) -> Iterator[Action]:
    """The action itself, or the changes that a MODIFY comes to; a column nobody made may change in any way."""
    if action.kind is not Kind.MODIFY_COLUMN or action.table is None:
        yield action
        return
    table = catalog.table(action.table)
    new: Column = action.definition["column"]
    old = table.columns.get(new.name)

    def act(kind: Kind, definition: object = None, name: str | None = new.name) -> Action:
        return replace(action, kind=kind, name=name, definition=definition)

    found: list[Action] = []
    if old is None or (old.type, old.collation, old.charset) != (new.type, new.collation, new.charset):
        changed = {"type": new.type, "collation": new.collation, "charset": new.charset, "using": None}
        found.append(act(Kind.ALTER_TYPE, changed))
    if old is None or old.not_null != new.not_null:
        found.append(act(Kind.SET_NOT_NULL if new.not_null else Kind.DROP_NOT_NULL))
    if old is not None and text(old) != text(new):
        found.append(act(Kind.SET_DEFAULT, new.default) if new.default else act(Kind.DROP_DEFAULT))
    if old is not None and (old.generated, old.expression and old.expression.text) != (
        new.generated,
        new.expression and new.expression.text,
    ):
        found.append(act(Kind.SET_EXPRESSION, new.expression))
    if old is not None and old.identity != new.identity:
        found.append(act(Kind.ADD_IDENTITY, new) if new.identity else act(Kind.DROP_IDENTITY))
    found += checks(action, table.constraints.values(), new)
    if old is not None and old.comment != new.comment:
        found.append(act(Kind.COMMENT, new.comment))
    yield from found or [act(Kind.MODIFY_COLUMN, new)]


def text(column: Column) -> str | None:
    return None if column.default is None or column.default.is_null else column.default.text


def checks(action: Action, constraints: Iterable[Constraint], new: Column) -> Iterator[Action]:
    """A CHECK in a column's definition is a part of it: one that is not said again is gone."""
    said: tuple[Constraint, ...] = action.definition["checks"]
    kept = {constraint.expression.text for constraint in said if constraint.expression}
    found: set[str] = set()
    for constraint in constraints:
        if constraint.inline and constraint.columns == (new.name,) and constraint.expression:
            found.add(constraint.expression.text)
            if constraint.expression.text not in kept:
                yield replace(action, kind=Kind.DROP_CONSTRAINT, name=constraint.name, definition=None)
    for constraint in said:
        if constraint.expression and constraint.expression.text not in found:
            traits = action.traits | {"with its column"}
            yield replace(action, kind=Kind.ADD_CONSTRAINT, name=constraint.name, definition=constraint, traits=traits)
