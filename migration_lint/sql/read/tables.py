"""CREATE TABLE and ALTER TABLE, down to the last subcommand."""

from __future__ import annotations

from collections.abc import Iterator

from migration_lint.sql.catalog import Column, Constraint, Index, SQLType
from migration_lint.sql.read import dialects
from migration_lint.sql.read.columns import TABLE_CONSTRAINTS, collation, column_definition, generated, table_constraint
from migration_lint.sql.read.cursor import Cursor, Unread, expression
from migration_lint.types import Action, Kind, replace


def create_table(cursor: Cursor, traits: set[str]) -> Iterator[Action]:
    if cursor.take("if", "not", "exists"):
        traits.add("if not exists")
    table = cursor.relation()
    columns: list[Column] = []
    constraints: list[Constraint] = []
    indexes: list[Index] = []
    parents: list[str] = []
    reads: list[str] = []
    if cursor.take("like"):
        reads.append(cursor.relation())
        traits.add("like")
    if cursor.take("partition", "of"):
        parents.append(cursor.relation())
        traits.add("partition of")
    if cursor.at("("):
        for item in cursor.inside().items():
            if item.done:
                continue
            own = dialects.of(item).table_item(item)
            if isinstance(own, Index):
                indexes.append(own)
            elif own is not None:
                constraints.append(own)
            elif item.take("like"):
                reads.append(item.relation())
            elif item.at_any(*TABLE_CONSTRAINTS):
                constraints.append(table_constraint(item))
            elif traits & {"partition of"}:
                item.rest()
            else:
                column, inline = column_definition(item)
                columns.append(column)
                constraints.extend(inline)
    if cursor.take("inherits"):
        parents += [item.relation() for item in cursor.inside().items()]
        traits.add("inherits")
    if cursor.at("default") and parents:
        traits.add("default partition")
    options = dialects.of(cursor).table_options(cursor)
    if cursor.at("partition", "by"):
        traits.add("partitioned")
    while not cursor.done and not cursor.at("as"):
        cursor.next()
    inside = [constraint for constraint in constraints if constraint.type != "foreign key"]
    yield Action(
        Kind.CREATE_TABLE,
        table,
        None,
        {"columns": columns, "constraints": inside, "parents": tuple(parents), "like": tuple(reads), "options": options},
        frozenset(traits),
    )
    for index in indexes:
        yield Action(Kind.CREATE_INDEX, table, index.name and f"{table}.{index.name}", index, frozenset({"with its table"}))
    for parent in parents:
        yield Action(Kind.INHERIT, parent, table, None, frozenset(traits))
    for constraint in constraints:
        if constraint.type == "foreign key":
            yield Action(Kind.ADD_CONSTRAINT, table, constraint.name, constraint, frozenset({"with its table"}))
    for name in reads:
        yield Action(Kind.SELECT, name, None, None, frozenset({"definition only"}))


def alter_table(cursor: Cursor, traits: set[str]) -> Iterator[Action]:
    if cursor.take("all", "in", "tablespace"):
        raise Unread("ALTER TABLE ALL IN TABLESPACE names no table")
    if cursor.take("if", "exists"):
        traits.add("if exists")
    if cursor.take("only"):
        traits.add("only")
    table = cursor.relation()
    cursor.take("*")
    if cursor.take("nowait") or (cursor.take("wait") and cursor.next()):  # MariaDB's
        traits.add("wait bounded")
    renamed: list[Action] = []  # the other subcommands mean the table by its old name
    alone = True
    for item in cursor.items():
        own = dialects.of(item).subcommand(item, table, set(traits))
        for action in alter_subcommand(item, table, set(traits)) if own is None else own:
            if action.kind is Kind.RENAME_TABLE:
                renamed.append(action)
            else:
                alone &= action.kind is Kind.REQUEST
                yield action
        if not item.done:
            raise Unread(f"{item.shown()} at the end of an ALTER TABLE subcommand")
    yield from (replace(action, traits=action.traits | {"alter table alone"}) if alone else action for action in renamed)


def alter_subcommand(cursor: Cursor, table: str, traits: set[str]) -> Iterator[Action]:
    def act(kind: Kind, name: str | None = None, definition: object = None, *more: str) -> Action:
        return Action(kind, table, name, definition, frozenset(traits | set(more)))

    if cursor.take("add"):
        yield from add(cursor, table, traits)
    elif cursor.take("drop", "constraint"):
        if cursor.take("if", "exists"):
            traits.add("if exists")
        name = cursor.identifier()
        traits |= {"cascade"} if cursor.take_any("cascade", "restrict") == "cascade" else set()
        yield act(Kind.DROP_CONSTRAINT, name)
    elif cursor.take("drop"):
        cursor.take("column")
        if cursor.take("if", "exists"):
            traits.add("if exists")
        name = cursor.identifier()
        traits |= {"cascade"} if cursor.take_any("cascade", "restrict") == "cascade" else set()
        yield act(Kind.DROP_COLUMN, name)
    elif cursor.take("alter", "constraint"):
        name = cursor.identifier()
        words = [token.value for token in cursor.rest()]
        enforced = {("not", "enforced"): "not enforced", ("enforced",): "enforced"}
        yield act(
            Kind.ALTER_CONSTRAINT,
            name,
            None,
            *(trait for start, trait in enforced.items() if tuple(words[: len(start)]) == start),
        )
    elif cursor.take("alter"):
        cursor.take("column")
        yield alter_column(cursor, table, cursor.identifier(), traits)
    elif cursor.take("rename", "to"):
        yield act(Kind.RENAME_TABLE, cursor.identifier())
    elif cursor.take("rename", "constraint"):
        old = cursor.identifier()
        cursor.expect("to")
        yield act(Kind.RENAME_CONSTRAINT, old, cursor.identifier())
    elif cursor.take("rename"):
        cursor.take("column")
        old = cursor.identifier()
        cursor.expect("to")
        yield act(Kind.RENAME_COLUMN, old, cursor.identifier())
    elif cursor.take("validate", "constraint"):
        yield act(Kind.VALIDATE_CONSTRAINT, cursor.identifier())
    elif cursor.take("set", "schema"):
        yield act(Kind.SET_SCHEMA, cursor.identifier())
    elif cursor.take("set", "tablespace"):
        yield act(Kind.SET_TABLESPACE, cursor.identifier())
        cursor.take("nowait")
    elif logged := (cursor.take("set", "logged") and "logged") or (cursor.take("set", "unlogged") and "unlogged"):
        yield act(Kind.SET_LOGGED, logged)
    elif cursor.take("set", "access", "method"):
        yield act(Kind.SET_ACCESS_METHOD, cursor.identifier())
    elif cursor.take("set", "without"):
        if cursor.identifier() == "cluster":
            yield act(Kind.SET_CLUSTER)
        else:
            yield act(Kind.SET_OPTIONS, "oids")
    elif cursor.at_any("set", "reset") and cursor.peek(1).value == "(":
        cursor.next()
        yield act(Kind.SET_OPTIONS, None, options(cursor))
    elif cursor.take("cluster", "on"):
        yield act(Kind.SET_CLUSTER, cursor.identifier())
    elif cursor.at_any("enable", "disable", "force", "no"):
        yield switches(cursor, table, traits)
    elif cursor.take("replica", "identity"):
        cursor.rest()
        yield act(Kind.REPLICA_IDENTITY)
    elif cursor.take("owner", "to"):
        yield act(Kind.OWNER, cursor.identifier())
    elif cursor.take("attach", "partition"):
        child = cursor.relation()
        bounds = cursor.rest()
        yield act(
            Kind.ATTACH_PARTITION,
            child,
            None,
            *(["default partition"] if bounds and bounds[0].value == "default" else []),
        )
    elif cursor.take("detach", "partition"):
        child = cursor.relation()
        how = cursor.take_any("concurrently", "finalize")  # FINALIZE ends what an interrupted CONCURRENTLY has begun
        yield act(Kind.DETACH_PARTITION, child, None, *([how] if how else []))
    elif cursor.take("inherit"):
        yield Action(Kind.INHERIT, cursor.relation(), table, None, frozenset({"inherits"}))
    else:
        raise Unread(f"ALTER TABLE … {cursor.shown()}")


def add(cursor: Cursor, table: str, traits: set[str]) -> Iterator[Action]:
    if cursor.at_any(*TABLE_CONSTRAINTS):
        constraint = table_constraint(cursor)
        yield Action(Kind.ADD_CONSTRAINT, table, constraint.name, constraint, frozenset(traits))
        return
    cursor.take("column")
    if cursor.take("if", "not", "exists"):
        traits.add("if not exists")
    column, constraints = column_definition(cursor)
    yield Action(Kind.ADD_COLUMN, table, column.name, column, frozenset(traits))
    for constraint in constraints:
        yield Action(Kind.ADD_CONSTRAINT, table, constraint.name, constraint, frozenset(traits | {"with its column"}))


def alter_column(cursor: Cursor, table: str, column: str, traits: set[str]) -> Action:
    def act(kind: Kind, definition: object = None) -> Action:
        return Action(kind, table, column, definition, frozenset(traits))

    if cursor.take("type") or cursor.take("set", "data", "type"):
        new_type: SQLType = cursor.type()
        new_collation = collation(cursor) if cursor.take("collate") else None
        using = cursor.expression() if cursor.take("using") else None
        return act(Kind.ALTER_TYPE, {"type": new_type, "collation": new_collation, "using": using})
    if cursor.take("set", "default"):
        return act(Kind.SET_DEFAULT, cursor.expression())
    if cursor.take("drop", "default"):
        return act(Kind.DROP_DEFAULT)
    if cursor.take("set", "not", "null"):
        return act(Kind.SET_NOT_NULL)
    if cursor.take("drop", "not", "null"):
        return act(Kind.DROP_NOT_NULL)
    if cursor.take("set", "statistics"):
        cursor.rest()
        return act(Kind.SET_STATISTICS)
    if cursor.take("set", "storage"):
        return act(Kind.SET_STORAGE, cursor.identifier())
    if cursor.take("set", "compression"):
        return act(Kind.SET_COMPRESSION, cursor.identifier())
    if cursor.at_any("set", "reset") and cursor.peek(1).value == "(":
        cursor.next()
        return act(Kind.SET_STATISTICS, options(cursor))
    if cursor.take("set", "expression"):
        cursor.expect("as")
        return act(Kind.SET_EXPRESSION, expression(cursor, cursor.parenthesized()))
    if cursor.take("drop", "expression"):
        cursor.take("if", "exists")
        return act(Kind.DROP_EXPRESSION)
    if cursor.take("add", "generated"):
        return act(Kind.ADD_IDENTITY, generated(cursor, Column(column)))
    if cursor.take("drop", "identity"):
        cursor.take("if", "exists")
        return act(Kind.DROP_IDENTITY)
    if cursor.at_any("set", "restart"):
        cursor.rest()
        return act(Kind.SET_IDENTITY)
    raise Unread(f"ALTER COLUMN … {cursor.shown()}")


def options(cursor: Cursor) -> dict[str, str]:
    found: dict[str, str] = {}
    for item in cursor.inside().items():
        name = item.identifier()
        while item.take("."):
            name = f"{name}.{item.identifier()}"
        found[name] = "".join(token.value for token in item.rest()).removeprefix("=")
    return found


def switches(cursor: Cursor, table: str, traits: set[str]) -> Action:
    words = [token.value for token in cursor.rest()]
    if "trigger" in words:
        return Action(Kind.SET_TRIGGER, table, words[-1], None, frozenset(traits))
    if "rule" in words:
        return Action(Kind.SET_TRIGGER, table, words[-1], None, frozenset(traits | {"rule"}))
    if words[-3:] == ["row", "level", "security"]:
        return Action(Kind.ROW_SECURITY, table, None, None, frozenset(traits))
    if words[0] == "no" and "inherit" in words:
        return Action(Kind.INHERIT, table, None, None, frozenset(traits | {"no inherit"}))
    raise Unread(f"ALTER TABLE … {' '.join(words)}")
