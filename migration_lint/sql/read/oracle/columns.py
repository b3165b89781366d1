"""Columns, and constraints with their state."""

from __future__ import annotations

from migration_lint.sql.catalog import Column, Constraint, Expression, SQLType
from migration_lint.sql.read.columns import check, check_or_foreign_key, collation, references
from migration_lint.sql.read.cursor import Cursor, Unread, expression
from migration_lint.types import replace

# What ends the expression of a default.
STOPS = (
    "constraint", "not", "null", "check", "unique", "primary", "references", "generated", "collate", "enable", "disable",
    "invisible", "visible", "encrypt", "decrypt",
)  # fmt: skip
# What may stand where a column's type would.
NO_TYPE = (*STOPS, "default", "drop", "as", "add")
# Words of ALTER TABLE that change how rows will be kept, and the number of values that each takes.
ATTRIBUTES = {
    "logging": 0, "nologging": 0, "cache": 0, "nocache": 0, "noparallel": 0, "nocompress": 0, "monitoring": 0,
    "nomonitoring": 0, "pctfree": 1, "pctused": 1, "initrans": 1, "result_cache": 0, "inmemory": 0, "read": 1,
}  # fmt: skip
INDEX_ATTRIBUTES = ("reverse", "sort", "nosort", "compute", "parallel", "visible", "invisible", "unusable")
# What may follow a constraint.
STATES = (
    "enable", "disable", "validate", "novalidate", "rely", "norely", "deferrable", "initially", "not", "exceptions", "using",
)  # fmt: skip


def column_type(cursor: Cursor) -> SQLType:
    if cursor.at("interval"):
        words: list[str] = []
        arguments: list[int | str] = []
        while cursor.at_any("interval", "year", "month", "day", "second", "to", "("):
            if cursor.at("("):
                arguments += [int(token.value) for token in cursor.parenthesized() if token.value.isdigit()]
            else:
                words.append(cursor.next().value)
        return SQLType(" ".join(words), tuple(arguments))
    if cursor.take("long"):
        return SQLType("long raw" if cursor.take("raw") else "long")
    found = cursor.type()
    if cursor.take("with", "local", "time", "zone"):
        found = found._replace(name=f"{found.name} with local time zone")
    return found


def definition(cursor: Cursor) -> tuple[Column, list[Constraint], frozenset[str]]:
    """A column, its constraints, and the words that say what MODIFY is to change."""
    column = Column(cursor.identifier())
    if not cursor.done and not cursor.at_any(*NO_TYPE):
        column = replace(column, type=column_type(cursor))
    constraints: list[Constraint] = []
    said: set[str] = set()
    name: str | None = None
    while not cursor.done:
        if cursor.take("constraint"):
            name = cursor.identifier()
            continue
        if cursor.take("not", "null"):
            found = state(cursor, Constraint("not null", name, (column.name,)))
            column = replace(column, not_null=found.valid)
            if found.valid and not name:
                said.add("not null")
            else:
                constraints.append(found)
        elif cursor.take("null"):
            said.add("null")
        elif cursor.take("default"):
            said.add("default")
            if cursor.take("on", "null"):
                column = replace(column, not_null=True)
                if cursor.take("for", "insert"):
                    cursor.take("only")
                    cursor.take("and", "update")
            column = replace(column, default=default(cursor))
        elif cursor.take("collate"):
            column = replace(column, collation=collation(cursor))
        elif cursor.take("check"):
            constraints.append(state(cursor, check(cursor, name)))
        elif cursor.take("primary", "key"):
            column = replace(column, not_null=True)
            constraints.append(state(cursor, Constraint("primary key", name, (column.name,))))
        elif cursor.take("unique"):
            constraints.append(state(cursor, Constraint("unique", name, (column.name,))))
        elif cursor.take("references"):
            constraints.append(state(cursor, references(cursor, Constraint("foreign key", name, (column.name,)))))
        elif cursor.take("drop", "identity"):
            said.add("drop identity")
        elif cursor.take("generated") or cursor.at("as"):
            column = generated(cursor, column)
            said.add("identity" if column.identity else "expression")
        elif cursor.take_any("visible", "invisible", "sort"):
            pass
        elif cursor.take_any("encrypt", "decrypt"):
            raise Unread(f"encryption of column {column.name}")
        else:
            raise Unread(f"{cursor.shown()} in the definition of column {column.name}")
        name = None
    return column, constraints, frozenset(said)


def default(cursor: Cursor) -> Expression | None:
    """The value of a default, None for NULL, which an empty string is too."""
    if cursor.take("null"):
        return None
    found = cursor.expression(*STOPS)
    if "nextval" in found.columns:
        found = replace(found, functions=found.functions | {"nextval"})
    return replace(found, is_null=True) if found.text == "''" else found


def generated(cursor: Cursor, column: Column) -> Column:
    if not cursor.take("always") and cursor.take("by", "default"):
        cursor.take("on", "null")
        if cursor.take("for", "insert"):
            cursor.take("only")
            cursor.take("and", "update")
    cursor.expect("as")
    if cursor.take("identity"):
        if cursor.at("("):
            cursor.parenthesized()
        return replace(column, identity=True, not_null=True)
    tokens = cursor.parenthesized()
    kind = cursor.take_any("virtual", "materialized", "stored") or "virtual"
    return replace(column, generated="virtual" if kind == "virtual" else "stored", expression=expression(cursor, tokens))


def state(cursor: Cursor, constraint: Constraint) -> Constraint:
    """What may follow any constraint: its state, and how its index is made."""
    while not cursor.done:
        if cursor.take("not", "deferrable"):
            pass
        elif cursor.take("deferrable"):
            constraint = replace(constraint, deferrable=True)
        elif cursor.take("initially"):
            cursor.identifier()
        elif cursor.take_any("rely", "norely", "enable", "validate"):
            pass
        elif cursor.take_any("novalidate", "disable"):
            constraint = replace(constraint, valid=False)
        elif cursor.take("using", "index"):
            constraint = using_index(cursor, constraint)
        elif cursor.take("exceptions", "into"):
            cursor.relation()
        else:
            break
    return constraint


def using_index(cursor: Cursor, constraint: Constraint) -> Constraint:
    if cursor.at("("):
        cursor.parenthesized()
        return constraint
    while not cursor.done:
        if cursor.take("tablespace"):
            cursor.identifier()
        elif cursor.at_any(*ATTRIBUTES, *INDEX_ATTRIBUTES, "online", "local", "global"):
            attribute(cursor)
        elif cursor.at_any(*STATES):
            break
        elif constraint.using_index is None and cursor.peek().kind in ("word", "name"):
            constraint = replace(constraint, using_index=cursor.relation())
        else:
            break
    return constraint


def attribute(cursor: Cursor) -> None:
    word = cursor.next().value
    for _ in range(ATTRIBUTES.get(word, 0)):
        cursor.next()
    if word == "compute":
        cursor.take("statistics")
    elif word == "parallel" and cursor.peek().kind == "number":
        cursor.next()


def table_constraint(cursor: Cursor) -> Constraint:
    name = cursor.identifier() if cursor.take("constraint") else None
    if (constraint := check_or_foreign_key(cursor, name)) is not None:
        pass
    elif cursor.take("primary", "key"):
        constraint = Constraint("primary key", name, cursor.names())
    else:
        cursor.expect("unique")
        constraint = Constraint("unique", name, cursor.names())
    return state(cursor, constraint)
