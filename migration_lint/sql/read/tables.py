"""CREATE TABLE and ALTER TABLE, down to the last subcommand."""

from __future__ import annotations

from collections.abc import Iterator

from migration_lint.sql.catalog import Column, Constraint, SQLType
from migration_lint.sql.read.cursor import Cursor, Unread, expression
from migration_lint.types import Action, Kind, replace

COLUMN_STOPS = (
    "constraint",
    "not",
    "null",
    "default",
    "check",
    "unique",
    "primary",
    "references",
    "generated",
    "collate",
    "deferrable",
    "initially",
)
TABLE_CONSTRAINTS = ("constraint", "check", "unique", "primary", "foreign", "exclude", "not")


def create_table(cursor: Cursor, traits: set[str]) -> Iterator[Action]:
    if cursor.take("if", "not", "exists"):
        traits.add("if not exists")
    table = cursor.relation()
    columns: list[Column] = []
    constraints: list[Constraint] = []
    parents: list[str] = []
    reads: list[str] = []
    if cursor.take("partition", "of"):
        parents.append(cursor.relation())
        traits.add("partition of")
    if cursor.at("("):
        for item in cursor.inside().items():
            if item.done:
                continue
            if item.take("like"):
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
    if cursor.at("partition", "by"):
        traits.add("partitioned")
    if cursor.at("default") and parents:
        traits.add("default partition")
    while not cursor.done and not cursor.at("as"):
        cursor.next()
    own = [constraint for constraint in constraints if constraint.type != "foreign key"]
    yield Action(
        Kind.CREATE_TABLE,
        table,
        None,
        {"columns": columns, "constraints": own, "parents": tuple(parents), "like": tuple(reads)},
        frozenset(traits),
    )
    for parent in parents:
        yield Action(Kind.INHERIT, parent, table, None, frozenset(traits))
    for constraint in constraints:
        if constraint.type == "foreign key":
            yield Action(Kind.ADD_CONSTRAINT, table, constraint.name, constraint, frozenset({"with its table"}))
    for name in reads:
        yield Action(Kind.SELECT, name, None, None, frozenset({"definition only"}))


def column_definition(cursor: Cursor) -> tuple[Column, list[Constraint]]:
    """A column, and the constraints that stand inside its definition."""
    column = Column(cursor.identifier())
    if not cursor.done and not cursor.at_any(*COLUMN_STOPS):
        column = replace(column, type=cursor.type())
    constraints: list[Constraint] = []
    name: str | None = None
    while not cursor.done:
        if cursor.take("constraint"):
            name = cursor.identifier()
            continue
        if cursor.take("not", "null"):
            column = replace(column, not_null=True)
            cursor.take("no", "inherit")
        elif cursor.take("null"):
            pass
        elif cursor.take("default"):
            column = replace(column, default=cursor.expression(*COLUMN_STOPS))
        elif cursor.take("collate"):
            column = replace(column, collation=collation(cursor))
        elif cursor.take("check"):
            constraints.append(check(cursor, name))
            cursor.take("no", "inherit")
        elif cursor.take("primary", "key"):
            column = replace(column, not_null=True)
            constraints.append(Constraint("primary key", name, (column.name,)))
            index_parameters(cursor)
        elif cursor.take("unique"):
            nulls_distinct(cursor)
            constraints.append(Constraint("unique", name, (column.name,)))
            index_parameters(cursor)
        elif cursor.take("references"):
            constraints.append(references(cursor, Constraint("foreign key", name, (column.name,))))
        elif cursor.take("generated"):
            column = generated(cursor, column)
        elif cursor.at_any("deferrable", "initially", "not", "enforced"):
            if constraints:
                constraints[-1] = deferrability(cursor, constraints[-1])
            else:
                raise Unread(f"{cursor.shown()} in the definition of column {column.name}")
        elif cursor.take_any("storage", "compression"):
            cursor.identifier()
        else:
            raise Unread(f"{cursor.shown()} in the definition of column {column.name}")
        name = None
    if column.type and column.type.name in cursor.backend.server.get("serial_types", {}):
        column = replace(column, not_null=True)
    return column, constraints


def collation(cursor: Cursor) -> str:
    name = cursor.identifier()
    while cursor.take("."):
        name = cursor.identifier()
    return name


def generated(cursor: Cursor, column: Column) -> Column:
    if not cursor.take("always"):
        cursor.expect("by", "default")
    cursor.expect("as")
    if cursor.take("identity"):
        if cursor.at("("):
            cursor.parenthesized()
        return replace(column, identity=True, not_null=True)
    tokens = cursor.parenthesized()
    kind = cursor.take_any("stored", "virtual") or "virtual"
    return replace(column, generated=kind, expression=expression(cursor, tokens))


def check(cursor: Cursor, name: str | None) -> Constraint:
    return Constraint("check", name, expression=expression(cursor, cursor.parenthesized()))


def nulls_distinct(cursor: Cursor) -> None:
    if cursor.take("nulls"):
        cursor.take("not")
        cursor.expect("distinct")


def index_parameters(cursor: Cursor) -> tuple[str, ...]:
    included: tuple[str, ...] = ()
    while True:
        if cursor.take("include"):
            included = cursor.names()
        elif cursor.take("with"):
            cursor.parenthesized()
        elif cursor.take("using", "index", "tablespace"):
            cursor.identifier()
        else:
            return included


def references(cursor: Cursor, constraint: Constraint) -> Constraint:
    table = cursor.relation()
    columns = cursor.names() if cursor.at("(") else ()
    constraint = replace(constraint, references=table, referenced_columns=columns)
    while not cursor.done:
        if cursor.take("match"):
            cursor.identifier()
        elif cursor.take("on"):
            cursor.identifier()
            if cursor.take("set"):
                cursor.identifier()
                if cursor.at("("):
                    cursor.parenthesized()
            elif cursor.take("no"):
                cursor.expect("action")
            else:
                cursor.identifier()
        else:
            break
    return deferrability(cursor, constraint)


def deferrability(cursor: Cursor, constraint: Constraint) -> Constraint:
    """What may follow any constraint: DEFERRABLE, NOT VALID, ENFORCED."""
    while not cursor.done:
        if cursor.take("not", "deferrable") or cursor.take("enforced"):
            pass
        elif cursor.take("deferrable"):
            constraint = replace(constraint, deferrable=True)
        elif cursor.take("initially"):
            cursor.identifier()
        elif cursor.take("not", "valid") or cursor.take("not", "enforced"):
            constraint = replace(constraint, valid=False)
        elif cursor.take("no", "inherit"):
            pass
        else:
            break
    return constraint


def table_constraint(cursor: Cursor) -> Constraint:
    name = cursor.identifier() if cursor.take("constraint") else None
    if cursor.take("check"):
        constraint = check(cursor, name)
    elif cursor.take("foreign", "key"):
        columns = cursor.names()
        cursor.expect("references")
        constraint = references(cursor, Constraint("foreign key", name, columns))
    elif cursor.take("not", "null"):
        constraint = Constraint("not null", name, (cursor.identifier(),))
    elif cursor.take("exclude"):
        if cursor.take("using"):
            cursor.identifier()
        parts = [item.expression("with") for item in cursor.inside().items()]
        columns = tuple(sorted({column for part in parts for column in part.columns}))
        index_parameters(cursor)
        if cursor.take("where"):
            cursor.parenthesized()
        constraint = Constraint("exclude", name, columns)
    else:
        kind = "primary key" if cursor.take("primary", "key") else "unique"
        if kind == "unique":
            cursor.expect("unique")
            nulls_distinct(cursor)
        if cursor.take("using", "index"):
            constraint = Constraint(kind, name, using_index=cursor.identifier())
        else:
            columns = cursor.names()
            constraint = Constraint(kind, name, columns, clustered_columns=index_parameters(cursor))
    constraint = deferrability(cursor, constraint)
    if not cursor.done:
        raise Unread(f"{cursor.shown()} after a constraint")
    return constraint


def alter_table(cursor: Cursor, traits: set[str]) -> Iterator[Action]:
    if cursor.take("all", "in", "tablespace"):
        raise Unread("ALTER TABLE ALL IN TABLESPACE names no table")
    if cursor.take("if", "exists"):
        traits.add("if exists")
    if cursor.take("only"):
        traits.add("only")
    table = cursor.relation()
    cursor.take("*")
    for item in cursor.items():
        yield from alter_subcommand(item, table, set(traits))
        if not item.done:
            raise Unread(f"{item.shown()} at the end of an ALTER TABLE subcommand")


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
