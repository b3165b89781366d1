"""A column and a constraint, as CREATE TABLE and ALTER TABLE define them alike."""

from __future__ import annotations

from migration_lint.sql.catalog import Column, Constraint
from migration_lint.sql.read import dialects
from migration_lint.sql.read.cursor import Cursor, Unread, expression
from migration_lint.types import replace

# What may stand where a column's type would, for one without a type.
OPTIONS = ("constraint", "not", "null", "default", "check", "unique", "primary", "references", "generated", "collate")
# What ends the expression of a default.
COLUMN_STOPS = (
    *OPTIONS, "deferrable", "initially", "auto_increment", "comment", "on", "as", "key", "first", "after", "visible",
)  # fmt: skip
TABLE_CONSTRAINTS = ("constraint", "check", "unique", "primary", "foreign", "exclude", "not")


def column_definition(cursor: Cursor) -> tuple[Column, list[Constraint]]:
    """A column, and the constraints that stand inside its definition."""
    dialect = dialects.of(cursor)
    own = dialect.column(cursor)
    if own is not None:
        return own
    column = Column(cursor.identifier())
    if not cursor.done and not cursor.at_any(*OPTIONS) and not cursor.at("as", "("):
        column = replace(column, type=cursor.type())
    constraints: list[Constraint] = []
    name: str | None = None
    while not cursor.done:
        if cursor.take("constraint"):
            name = cursor.identifier()
            continue
        option = dialect.column_option(cursor, column)
        if option is not None:
            column = option
        elif cursor.take("not", "null"):
            column = replace(column, not_null=True)
            cursor.take("no", "inherit")
        elif cursor.take("null"):
            pass
        elif cursor.take("default"):
            column = replace(column, default=cursor.expression(*COLUMN_STOPS))
        elif cursor.take("collate"):
            column = replace(column, collation=collation(cursor))
        elif cursor.take("check"):
            constraints.append(replace(check(cursor, name), columns=(column.name,), inline=True))
            cursor.take("no", "inherit")
        elif cursor.take("primary", "key"):
            column = replace(column, not_null=True)
            constraints.append(Constraint("primary key", name, (column.name,)))
            index_parameters(cursor)
        elif cursor.take("unique"):
            cursor.take("key")
            constraints.append(Constraint("unique", name, (column.name,), nulls_distinct=nulls_distinct(cursor)))
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
    return dialect.implied(cursor, column, constraints)


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
    return computed(cursor, column)


def computed(cursor: Cursor, column: Column) -> Column:
    tokens = cursor.parenthesized()
    kind = {"persistent": "stored"}.get(word := cursor.take_any("stored", "virtual", "persistent") or "virtual", word)
    return replace(column, generated=kind, expression=expression(cursor, tokens))


def check(cursor: Cursor, name: str | None) -> Constraint:
    return Constraint("check", name, expression=expression(cursor, cursor.parenthesized()))


def nulls_distinct(cursor: Cursor) -> bool:
    distinct = True
    if cursor.take("nulls"):
        distinct = not cursor.take("not")
        cursor.expect("distinct")
    return distinct


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
            event, does = cursor.identifier(), ""
            if cursor.take("set"):
                does = f"set {cursor.identifier()}"
                if cursor.at("("):
                    cursor.parenthesized()
            elif cursor.take("no"):
                cursor.expect("action")
            else:
                does = cursor.identifier()
            if event == "delete":
                constraint = replace(constraint, on_delete=does)
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
            late = cursor.identifier() == "deferred"
            constraint = replace(constraint, deferrable=constraint.deferrable or late, deferred=late)
        elif cursor.take("not", "valid") or cursor.take("not", "enforced"):
            constraint = replace(constraint, valid=False)
        elif cursor.take("no", "inherit"):
            pass
        else:
            break
    return constraint


def check_or_foreign_key(cursor: Cursor, name: str | None) -> Constraint | None:
    if cursor.take("check"):
        return check(cursor, name)
    if cursor.take("foreign", "key"):
        columns = cursor.names()
        cursor.expect("references")
        return references(cursor, Constraint("foreign key", name, columns))
    return None


def table_constraint(cursor: Cursor) -> Constraint:
    name = cursor.identifier() if cursor.take("constraint") else None
    if (constraint := check_or_foreign_key(cursor, name)) is not None:
        pass
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
        distinct = True
        if kind == "unique":
            cursor.expect("unique")
            distinct = nulls_distinct(cursor)
        if cursor.take("using", "index"):
            constraint = Constraint(kind, name, using_index=cursor.identifier())
        else:
            columns = cursor.names()
            constraint = Constraint(kind, name, columns, clustered_columns=index_parameters(cursor), nulls_distinct=distinct)
    constraint = deferrability(cursor, constraint)
    if not cursor.done:
        raise Unread(f"{cursor.shown()} after a constraint")
    return constraint
