"""CREATE, ALTER and DROP INDEX, and the maintenance commands that read or rewrite whole tables."""

from __future__ import annotations

from collections.abc import Iterator

from migration_lint.sql.catalog import Index
from migration_lint.sql.lexer import Token
from migration_lint.sql.read import dialects
from migration_lint.sql.read.columns import nulls_distinct
from migration_lint.sql.read.cursor import Cursor, Unread, expression, strip_parentheses
from migration_lint.types import Action, Kind

ORDER_WORDS = ("asc", "desc", "nulls", "collate")


def create_index(cursor: Cursor, traits: set[str]) -> Iterator[Action]:
    unique = "unique" in traits
    if cursor.take("concurrently"):
        traits.add("concurrently")
    if cursor.take("if", "not", "exists"):
        traits.add("if not exists")
    name = None if cursor.at("on") else cursor.relation()
    dialect = dialects.of(cursor)
    method = "btree"
    if cursor.take("using"):
        method = cursor.identifier()
    cursor.expect("on")
    only = cursor.take("only")
    table = cursor.relation()
    if cursor.take("using"):
        method = cursor.identifier()
    method = next((word for word in ("fulltext", "spatial") if word in traits), method if dialect.index_methods else "btree")
    columns: list[str | None] = []
    opclasses: list[str | None] = []
    orders: list[str] = []
    lengths: list[int | None] = []
    used: set[str] = set()
    labels: list[str] = []
    for item in cursor.inside().items():
        key = item.peek()
        follows = item.peek(1)
        prefix = dialect.index_prefixes and follows.value == "(" and item.peek(2).kind == "number"
        if key.kind in ("word", "name") and (prefix or not (follows.kind == "op" and follows.value in ("(", "."))):
            column = item.identifier()
            lengths.append(int(item.parenthesized()[0].value) if prefix else None)
            columns.append(column)
            used.add(column)
            labels.append(column)
        else:
            found = item.expression(*ORDER_WORDS) if key.value != "(" else expression(item, item.parenthesized())
            used |= found.columns
            lengths.append(None)
            words = strip_parentheses(item.tokens[: item.position])
            alone = len(words) == 1 and words[0].kind in ("word", "name")  # the server takes `(a)` for the column
            columns.append(next(iter(found.columns), None) if alone else None)
            labels.append(label(words))
        if item.take("collate"):
            item.identifier()
            while item.take("."):
                item.identifier()
        opclass = None
        if item.peek().kind in ("word", "name") and not item.at_any("asc", "desc", "nulls"):
            opclass = item.identifier()
            while item.take("."):
                opclass = item.identifier()
            if item.at("("):
                item.parenthesized()
        opclasses.append(opclass)
        orders.append("DESC" if "desc" in (token.value for token in item.rest()) else "ASC")
    if cursor.take("include"):
        included = cursor.names()
        used |= set(included)
        labels += included
    distinct = nulls_distinct(cursor)
    with_options = False
    if cursor.take("with"):
        cursor.parenthesized()
        with_options = True
    if cursor.take("tablespace"):
        cursor.identifier()
    partial = False
    if cursor.take("where"):
        partial = True
        used |= expression(cursor, strip_parentheses(cursor.rest())).columns
    requested = list(dialect.index_options(cursor, table))
    if not cursor.done:
        raise Unread(f"{cursor.shown()} in CREATE INDEX")
    index = Index(
        name,
        tuple(columns),
        unique,
        partial,
        frozenset(used),
        method,
        True,
        tuple(opclasses),
        tuple(orders),
        with_options,
        only=only,
        labels=tuple(labels),
        lengths=tuple(lengths) if any(lengths) else (),
        nulls_distinct=distinct,
    )
    if only:
        traits.add("only")
    yield Action(Kind.CREATE_INDEX, table, dialect.index_name(table, name), index, frozenset(traits))
    yield from requested


def label(tokens: tuple[Token, ...]) -> str:
    """What an expression is called in the name of an index: its function or column, the type it is cast to, or `expr`."""
    tokens = strip_parentheses(tokens)
    depth = 0
    for position, token in enumerate(tokens):
        depth += (token.value in ("(", "[")) - (token.value in (")", "]")) if token.kind == "op" else 0
        if token.value == "::" and not depth and position + 1 < len(tokens):
            found = label(tokens[:position])
            return found if found != "expr" else tokens[position + 1].value
        if not depth and 0 < position < len(tokens) - 1 and not (tokens[0].value == "case" and tokens[-1].value == "end"):
            return "expr"
    first = tokens[0]
    if first.kind not in ("word", "name") or (len(tokens) > 1 and first.value != "case" and tokens[1].value != "("):
        return "expr"
    return first.value


def drop_index(cursor: Cursor, traits: set[str]) -> Iterator[Action]:
    if cursor.take("concurrently"):
        traits.add("concurrently")
    if cursor.take("if", "exists"):
        traits.add("if exists")
    names = [cursor.relation()]
    while cursor.take(","):
        names.append(cursor.relation())
    if cursor.take_any("cascade", "restrict") == "cascade":
        traits.add("cascade")
    for name in names:
        yield Action(Kind.DROP_INDEX, None, name, None, frozenset(traits))


def alter_index(cursor: Cursor, traits: set[str]) -> Iterator[Action]:
    if cursor.take("all", "in", "tablespace"):
        raise Unread("ALTER INDEX ALL IN TABLESPACE names no index")
    if cursor.take("if", "exists"):
        traits.add("if exists")
    name = cursor.relation()
    if cursor.take("rename", "to"):
        yield Action(Kind.RENAME_INDEX, None, name, cursor.identifier(), frozenset(traits))
    elif cursor.take("attach", "partition"):
        child = cursor.relation()
        yield Action(Kind.ALTER_INDEX, None, name, child, frozenset(traits | {"attach partition"}))
    else:
        tablespace = cursor.at("set", "tablespace")
        cursor.rest()
        yield Action(Kind.ALTER_INDEX, None, name, None, frozenset(traits | ({"tablespace"} if tablespace else set())))


def reindex(cursor: Cursor) -> Iterator[Action]:
    traits: set[str] = set()
    if cursor.at("("):
        traits |= {"concurrently"} if any(token.value == "concurrently" for token in cursor.parenthesized()) else set()
    what = cursor.take_any("index", "table", "schema", "database", "system")
    if cursor.take("concurrently"):
        traits.add("concurrently")
    if what not in ("index", "table"):
        raise Unread(f"REINDEX {(what or cursor.shown()).upper()} reaches tables that it does not name")
    name = cursor.relation()
    if what == "index":
        yield Action(Kind.REINDEX, None, name, None, frozenset(traits | {"index"}))
    else:
        yield Action(Kind.REINDEX, name, None, None, frozenset(traits))


def maintain(cursor: Cursor, kind: Kind) -> Iterator[Action]:
    """VACUUM, ANALYZE and CLUSTER."""
    traits: set[str] = set()
    if cursor.at("("):
        words = [token.value for token in cursor.parenthesized()]
        if "full" in words and words[words.index("full") + 1 : words.index("full") + 2] not in (
            ["false"],
            ["off"],
            ["0"],
        ):
            traits.add("full")
    while word := cursor.take_any("full", "freeze", "verbose", "analyze", "analyse"):
        traits |= {word} if word == "full" else set()
    if cursor.done:
        traits.add("all tables")
        yield Action(kind, None, None, None, frozenset(traits))
        return
    for item in cursor.items():
        item.take("only")
        table = item.relation()
        if kind is Kind.CLUSTER and item.take("on"):
            yield Action(kind, item.relation(), table, None, frozenset(traits))  # the old form: CLUSTER index ON table
            continue
        item.rest()
        yield Action(kind, table, None, None, frozenset(traits))
