"""What SQLite says in words of its own."""

from __future__ import annotations

from collections.abc import Iterator

from migration_lint.sql.catalog import Column, SQLType
from migration_lint.sql.lexer import Token
from migration_lint.sql.read import rows
from migration_lint.sql.read.columns import COLUMN_STOPS, computed
from migration_lint.sql.read.cursor import Cursor
from migration_lint.sql.read.dialects import Words
from migration_lint.types import Action, Kind, replace

# Pragmas that take an argument and yet only ask.
QUESTIONS = frozenset(
    """
    foreign_key_check foreign_key_list index_info index_list index_xinfo integrity_check quick_check table_info table_list
    table_xinfo
    """.split()
)
CONFLICT = frozenset("rollback abort fail ignore replace".split())
TYPE_ENDS = frozenset((*COLUMN_STOPS, "as", "autoincrement", "on", "null"))


class SQLite(Words):
    def statement(self, cursor: Cursor, verb: str) -> Iterator[Action] | None:
        if verb == "pragma":
            return pragma(cursor)
        if verb in ("insert", "replace", "update", "with"):
            cursor.tokens = without_conflict_words(cursor.tokens)
            return rows.rows(cursor, "insert" if verb == "replace" else verb)
        if verb in ("create", "alter"):
            cursor.tokens = without_conflict_clauses(cursor.tokens)
        if verb == "create":
            return create(cursor)
        if verb == "drop" and cursor.take("trigger"):
            return drop_trigger(cursor)
        if verb == "vacuum":
            return vacuum(cursor)
        if verb in ("reindex", "analyze"):
            return maintain(cursor, Kind.REINDEX if verb == "reindex" else Kind.ANALYZE)
        if verb in ("attach", "detach"):
            return iter((Action(Kind.SERVER, None, verb),))
        if verb == "end":
            return iter((Action(Kind.TRANSACTION, None, verb),))
        return None

    def type_goes_on(self, word: str) -> bool:
        return word not in TYPE_ENDS

    def column_option(self, cursor: Cursor, column: Column) -> Column | None:
        """An INTEGER PRIMARY KEY numbers the rows, AUTOINCREMENT or not."""
        if cursor.at("primary", "key") and column.type == SQLType("integer") and cursor.peek(2).value != "desc":
            return None if column.identity else replace(column, identity=True, not_null=True)
        if cursor.take_any("asc", "desc", "autoincrement"):
            return column
        if cursor.at("as", "("):
            cursor.next()
            return computed(cursor, column)
        return None


def without_conflict_words(tokens: tuple[Token, ...]) -> tuple[Token, ...]:
    """`INSERT OR IGNORE INTO` and `REPLACE INTO` as plain INSERTs, `UPDATE OR FAIL` as a plain UPDATE."""
    found: list[Token] = []
    for token in tokens:
        before = found[-1].value if found else ""
        if before == "or" and token.value in CONFLICT and len(found) > 1 and found[-2].value in ("insert", "update"):
            found.pop()
        elif token.value == "into" and before == "replace" and found[-1].kind == "word":
            found[-1:] = [found[-1]._replace(value="insert"), token]
        else:
            found.append(token)
    return tuple(found)


def without_conflict_clauses(tokens: tuple[Token, ...]) -> tuple[Token, ...]:
    """Leaves `ON CONFLICT …` out of the definitions of columns and constraints."""
    found: list[Token] = []
    for token in tokens:
        if token.value in CONFLICT and [each.value for each in found[-2:]] == ["on", "conflict"]:
            del found[-2:]
        else:
            found.append(token)
    return tuple(found)


def pragma(cursor: Cursor) -> Iterator[Action]:
    name = cursor.identifier().lower()
    while cursor.take("."):
        name = cursor.identifier().lower()
    asks = cursor.done or name in QUESTIONS
    value = "".join(token.value for token in cursor.rest() if token.value not in ("=", "(", ")"))
    if asks:
        yield Action(Kind.SERVER, None, f"pragma {name}")
    else:
        yield Action(Kind.SET, None, name, value.lower(), frozenset({f"pragma {name}"}))


def create(cursor: Cursor) -> Iterator[Action] | None:
    start = cursor.position
    cursor.take_any("temp", "temporary")
    if cursor.take("virtual", "table"):
        return virtual_table(cursor)
    if cursor.take("trigger"):
        return create_trigger(cursor)
    cursor.position = start
    return None


def virtual_table(cursor: Cursor) -> Iterator[Action]:
    """Its module makes the columns: they are not known."""
    traits = {"virtual"} | ({"if not exists"} if cursor.skip_if_exists() else set())
    table = cursor.relation()
    cursor.rest()
    definition: dict[str, object] = {"columns": [], "constraints": [], "parents": ()}
    yield Action(Kind.CREATE_TABLE_AS, table, None, definition, frozenset(traits))


def create_trigger(cursor: Cursor) -> Iterator[Action]:
    traits = {"if not exists"} if cursor.skip_if_exists() else set()
    name = cursor.relation()
    while not cursor.done and not cursor.at("on"):
        cursor.next()
    cursor.expect("on")
    table = cursor.relation()
    cursor.rest()
    yield Action(Kind.CREATE_TRIGGER, table, name, None, frozenset(traits))


def drop_trigger(cursor: Cursor) -> Iterator[Action]:
    traits = {"if exists"} if cursor.skip_if_exists() else set()
    yield Action(Kind.DROP_TRIGGER, None, cursor.relation(), None, frozenset(traits))


def vacuum(cursor: Cursor) -> Iterator[Action]:
    copies = "into" in (token.value for token in cursor.rest())
    yield Action(Kind.VACUUM, None, None, None, frozenset({"into a file"} if copies else ()))


def maintain(cursor: Cursor, kind: Kind) -> Iterator[Action]:
    """Of a table, of an index, or of everything."""
    name = None if cursor.done else cursor.relation()
    yield Action(kind, name, None, None, frozenset() if name else frozenset({"all tables"}))
