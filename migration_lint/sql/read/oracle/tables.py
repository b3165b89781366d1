"""What ALTER TABLE does."""

from __future__ import annotations

from collections.abc import Iterator

from migration_lint.sql.read.columns import TABLE_CONSTRAINTS
from migration_lint.sql.read.cursor import Cursor, Unread
from migration_lint.sql.read.oracle.columns import ATTRIBUTES, definition, table_constraint
from migration_lint.types import Action, Kind


def subcommands(cursor: Cursor, table: str, traits: set[str]) -> Iterator[Action]:
    """One after the other, with no comma between."""
    while not cursor.done:
        yield from subcommand(cursor, table, set(traits))


def subcommand(cursor: Cursor, table: str, traits: set[str]) -> Iterator[Action]:
    def act(kind: Kind, name: str | None = None, definition: object = None, *more: str) -> Action:
        return Action(kind, table, name, definition, frozenset(traits | set(more)))

    if cursor.take("add"):
        yield from add(cursor, table, traits)
    elif cursor.take("modify"):
        yield from modify(cursor, table, traits)
    elif cursor.take("drop"):
        yield from drop_from(cursor, table, traits)
    elif cursor.take("set", "unused"):
        names = column_names(cursor)
        traits |= drop_options(cursor) | {"unused"}
        for name in names:
            yield act(Kind.DROP_COLUMN, name)
    elif cursor.take("rename", "to"):
        yield act(Kind.RENAME_TABLE, cursor.identifier())
    elif cursor.take("rename", "column"):
        old = cursor.identifier()
        cursor.expect("to")
        yield act(Kind.RENAME_COLUMN, old, cursor.identifier())
    elif cursor.take("rename", "constraint"):
        old = cursor.identifier()
        cursor.expect("to")
        yield act(Kind.RENAME_CONSTRAINT, old, cursor.identifier())
    elif (word := cursor.take_any("enable", "disable")) is not None:
        yield switch(cursor, table, traits, word)
    elif cursor.take("move"):
        words = {token.value for token in cursor.tokens[cursor.position :] if token.kind == "word"}
        if words & {"partition", "subpartition"}:
            raise Unread("ALTER TABLE … MOVE PARTITION is not followed here")
        cursor.rest()
        yield act(Kind.SET_TABLESPACE, None, None, *words & {"online"})
    elif cursor.take("shrink", "space"):
        cursor.rest()
        yield act(Kind.CLUSTER, None, None, "shrink")
    elif cursor.at_any(*ATTRIBUTES, "parallel", "compress", "row", "no", "storage"):
        cursor.rest()
        yield act(Kind.SET_OPTIONS)
    else:
        raise Unread(f"ALTER TABLE … {cursor.shown()}")


def column_names(cursor: Cursor) -> list[str]:
    cursor.take("column")
    return list(cursor.names()) if cursor.at("(") else [cursor.identifier()]


def drop_options(cursor: Cursor) -> set[str]:
    traits = set()
    while not cursor.done:
        if cursor.take("cascade", "constraints") or cursor.take("cascade"):
            traits.add("cascade constraints")
        elif cursor.take("online"):
            traits.add("online")
        elif cursor.take("invalidate") or cursor.take("keep", "index") or cursor.take("drop", "index"):
            pass
        elif cursor.take("checkpoint"):
            cursor.next()
        else:
            break
    return traits


def add(cursor: Cursor, table: str, traits: set[str]) -> Iterator[Action]:
    if cursor.at_any("partition", "supplemental", "period"):
        raise Unread(f"ALTER TABLE … ADD {cursor.shown()} is not followed here")
    if cursor.take("if", "not", "exists"):
        traits.add("if not exists")
    if cursor.at("("):
        for item in cursor.inside().items():
            yield from added(item, table, traits)
            if not item.done:
                raise Unread(f"{item.shown()} in ADD (…)")
        lob_storage(cursor)
    else:
        yield from added(cursor, table, traits)


def lob_storage(cursor: Cursor) -> None:
    while cursor.take("lob"):
        cursor.parenthesized()
        cursor.expect("store", "as")
        cursor.take_any("securefile", "basicfile")
        if cursor.peek().kind in ("word", "name"):
            cursor.identifier()
        if cursor.at("("):
            cursor.parenthesized()


def added(cursor: Cursor, table: str, traits: set[str]) -> Iterator[Action]:
    if cursor.at_any(*TABLE_CONSTRAINTS):
        constraint = table_constraint(cursor)
        yield Action(Kind.ADD_CONSTRAINT, table, constraint.name, constraint, frozenset(traits))
        return
    column, constraints, _ = definition(cursor)
    yield Action(Kind.ADD_COLUMN, table, column.name, column, frozenset(traits))
    for constraint in constraints:
        yield Action(Kind.ADD_CONSTRAINT, table, constraint.name, constraint, frozenset(traits | {"with its column"}))


def modify(cursor: Cursor, table: str, traits: set[str]) -> Iterator[Action]:
    if cursor.take("constraint"):
        yield constraint_state(cursor, table, traits, cursor.identifier())
    elif cursor.at_any("partition", "subpartition", "lob", "nested", "varray", "default", "primary", "unique"):
        raise Unread(f"ALTER TABLE … MODIFY {cursor.shown()} is not followed here")
    elif cursor.at("("):
        for item in cursor.inside().items():
            yield from modified(item, table, traits)
    else:
        yield from modified(cursor, table, traits)


def modified(cursor: Cursor, table: str, traits: set[str]) -> Iterator[Action]:
    column, constraints, said = definition(cursor)

    def act(kind: Kind, definition: object = None) -> Action:
        return Action(kind, table, column.name, definition, frozenset(traits))

    if "drop identity" in said:
        yield act(Kind.DROP_IDENTITY)
    if column.type is not None:
        yield act(Kind.ALTER_TYPE, {"type": column.type, "collation": column.collation, "using": None})
    if "identity" in said:
        yield act(Kind.SET_IDENTITY)
    if "expression" in said:
        yield act(Kind.SET_EXPRESSION, column.expression)
    if "default" in said:
        yield act(Kind.SET_DEFAULT, column.default) if column.default is not None else act(Kind.DROP_DEFAULT)
    if "null" in said:
        yield act(Kind.DROP_NOT_NULL)
    if "not null" in said:
        yield act(Kind.SET_NOT_NULL)
    for constraint in constraints:
        yield Action(Kind.ADD_CONSTRAINT, table, constraint.name, constraint, frozenset(traits))


def drop_from(cursor: Cursor, table: str, traits: set[str]) -> Iterator[Action]:
    if cursor.take("constraint"):
        if cursor.take("if", "exists"):
            traits.add("if exists")
        name = cursor.identifier()
        yield Action(Kind.DROP_CONSTRAINT, table, name, None, frozenset(traits | drop_options(cursor)))
    elif cursor.at("primary", "key") or cursor.at("unique"):
        raise Unread(f"ALTER TABLE … DROP {cursor.shown()} names no constraint")
    elif cursor.take("unused", "columns") or cursor.take("columns", "continue"):
        drop_options(cursor)
        yield Action(Kind.DROP_COLUMN, table, "", None, frozenset(traits | {"unused columns"}))
    elif cursor.at_any("partition", "subpartition", "supplemental"):
        raise Unread(f"ALTER TABLE … DROP {cursor.shown()} is not followed here")
    else:
        if cursor.take("column", "if", "exists"):
            traits.add("if exists")
        names = column_names(cursor)
        traits |= drop_options(cursor)
        for name in names:
            yield Action(Kind.DROP_COLUMN, table, name, None, frozenset(traits))


def constraint_state(cursor: Cursor, table: str, traits: set[str], name: str) -> Action:
    """MODIFY CONSTRAINT … : what it is from now on."""
    words = [token.value for token in cursor.rest()]
    if "disable" in words:
        return Action(Kind.ALTER_CONSTRAINT, table, name, None, frozenset(traits | {"disable"}))
    if "novalidate" in words:
        return Action(Kind.ALTER_CONSTRAINT, table, name, None, frozenset(traits | {"enable novalidate"}))
    if "validate" in words:
        return Action(
            Kind.VALIDATE_CONSTRAINT, table, name, None, frozenset(traits | ({"enable"} if "enable" in words else set()))
        )
    if "enable" in words:
        return Action(Kind.VALIDATE_CONSTRAINT, table, name, None, frozenset(traits | {"enable"}))
    return Action(Kind.ALTER_CONSTRAINT, table, name, None, frozenset(traits))


def switch(cursor: Cursor, table: str, traits: set[str], word: str) -> Action:
    """ENABLE and DISABLE of constraints, triggers, row movement and locks."""
    checked = cursor.take_any("validate", "novalidate")
    if cursor.take("constraint"):
        name = cursor.identifier()
        drop_options(cursor)
        if cursor.take("using", "index"):
            cursor.rest()
        if word == "disable":
            return Action(Kind.ALTER_CONSTRAINT, table, name, None, frozenset(traits | {"disable"}))
        if checked == "novalidate":
            return Action(Kind.ALTER_CONSTRAINT, table, name, None, frozenset(traits | {"enable novalidate"}))
        return Action(Kind.VALIDATE_CONSTRAINT, table, name, None, frozenset(traits | {"enable"}))
    if cursor.take("all", "triggers"):
        return Action(Kind.SET_TRIGGER, table, None, None, frozenset(traits))
    if cursor.take("row", "movement") or cursor.take("table", "lock") or cursor.take("row", "archival"):
        return Action(Kind.SET_OPTIONS, table, None, None, frozenset(traits))
    raise Unread(f"ALTER TABLE … {word.upper()} {cursor.shown()}")
