"""SQL text → Actions, one vocabulary for all vendors. What is not understood is said, never passed over."""

from __future__ import annotations

from collections.abc import Iterator

from migration_lint.backends import Backend
from migration_lint.sql.lexer import Piece
from migration_lint.sql.read import dialects, indexes, mysql, objects, oracle, rows, sqlite, tables
from migration_lint.sql.read.cursor import Cursor, Unread
from migration_lint.types import Action, Kind

VERBS = frozenset(
    """
    create alter drop comment truncate lock vacuum analyze analyse cluster reindex refresh set reset select insert update
    delete with values table merge copy do call grant revoke begin start commit end rollback abort savepoint release show
    explain notify listen unlisten discard checkpoint import security reassign prepare execute deallocate declare fetch
    close move load perform rename optimize check repair checksum unlock replace flush use kill handler describe desc
    """.split()
)


dialects.WORDS.update(mysql=mysql.MySQL(), sqlite=sqlite.SQLite(), oracle=oracle.Oracle())


def read(piece: Piece, backend: Backend) -> tuple[Action, ...]:
    """What this statement does, in the order it is written. Raises Unread with the reason."""
    if backend.foreign and (foreign := backend.has_no(beginning(piece))):
        raise Unread(f"{backend.name} has no {foreign.upper().removesuffix(' …')}")
    cursor = Cursor(piece.text, piece.tokens, backend)
    return tuple(read_statement(cursor))


def beginning(piece: Piece) -> str:
    """The first words, with a space behind each; what is quoted is a name."""
    words = (token.value if token.kind == "word" else "…" for token in piece.tokens[:12] if token.kind in ("word", "name"))
    return "".join(f"{word} " for word in words)


def read_statement(cursor: Cursor) -> Iterator[Action]:
    while cursor.at("("):
        cursor.next()
    token = cursor.next()
    verb = token.value if token.kind == "word" else ""
    own = dialects.of(cursor).statement(cursor, verb)
    if own is not None:
        yield from own
    elif verb == "create":
        yield from create(cursor)
    elif verb == "alter":
        yield from alter(cursor)
    elif verb == "drop":
        yield from objects.drop(cursor)
    elif verb == "comment":
        yield from objects.comment(cursor)
    elif verb == "truncate":
        yield from objects.truncate(cursor)
    elif verb == "lock":
        yield from objects.lock(cursor)
    elif verb in ("vacuum", "analyze", "analyse", "cluster"):
        yield from indexes.maintain(cursor, {"vacuum": Kind.VACUUM, "cluster": Kind.CLUSTER}.get(verb, Kind.ANALYZE))
    elif verb == "reindex":
        yield from indexes.reindex(cursor)
    elif verb == "refresh":
        yield from objects.refresh(cursor)
    elif verb in ("set", "reset"):
        yield from objects.set_parameter(cursor, verb)
    elif verb in ("select", "insert", "update", "delete", "with", "values", "table", "merge", "copy"):
        yield from rows.rows(cursor, verb)
    elif verb == "do":
        yield from do(cursor)
    elif verb in ("grant", "revoke"):
        yield from objects.grant(cursor)
    elif verb in ("begin", "start", "commit", "end", "rollback", "abort", "savepoint", "release"):
        back = verb == "rollback" and any(token.value == "to" for token in cursor.rest())
        yield Action(Kind.TRANSACTION, None, "rollback to" if back else verb)
    elif verb in ("show", "notify", "listen", "unlisten", "discard", "checkpoint"):
        yield Action(Kind.SERVER, None, verb)
    else:
        cursor.position -= 1
        raise Unread(
            f"no statement starts with {cursor.shown()}" if verb not in VERBS else f"{verb.upper()} is not followed here"
        )


def create(cursor: Cursor) -> Iterator[Action]:
    traits: set[str] = set()
    if cursor.take("or", "replace"):
        traits.add("or replace")
    while word := cursor.take_any(
        "global",
        "local",
        "temporary",
        "temp",
        "unlogged",
        "unique",
        "recursive",
        "constraint",
        "trusted",
        "procedural",
        "foreign",
        "fulltext",
        "spatial",
    ):
        traits.add({"temp": "temporary"}.get(word, word))
    if cursor.take("table"):
        if creates_from_query(cursor):
            yield from objects.create_table_as(cursor, traits)
        else:
            yield from tables.create_table(cursor, traits)
    elif cursor.take("index"):
        yield from indexes.create_index(cursor, traits)
    elif cursor.at("materialized", "view") or cursor.at("view"):
        yield from objects.create_view(cursor, traits)
    elif cursor.take("sequence"):
        yield from objects.create_sequence(cursor, traits)
    elif cursor.at_any("trigger", "rule", "policy", "publication"):
        yield from objects.create_on_table(cursor, traits)
    elif cursor.take("statistics"):
        yield from objects.create_statistics(cursor)
    else:
        yield from objects.create_object(cursor, traits)


def creates_from_query(cursor: Cursor) -> bool:
    """Whether a top-level AS introduces a query: columns may be named in between."""
    depth = 0
    for token in cursor.tokens[cursor.position :]:
        if token.kind == "op":
            depth += (token.value == "(") - (token.value == ")")
        elif token.kind == "word" and token.value == "as" and not depth:
            return True
    return False


def alter(cursor: Cursor) -> Iterator[Action]:
    traits: set[str] = set()
    if cursor.take("foreign", "table") or cursor.take("table"):
        yield from tables.alter_table(cursor, traits)
    elif cursor.take("index"):
        yield from indexes.alter_index(cursor, traits)
    else:
        yield from objects.alter_object(cursor)


def do(cursor: Cursor) -> Iterator[Action]:
    if cursor.take("language"):
        cursor.next()
    body = cursor.next()
    if body.kind != "string":
        raise Unread("DO without a body")
    yield from rows.block(body.value, cursor, read_statement)
