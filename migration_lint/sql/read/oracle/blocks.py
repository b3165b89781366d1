"""PL/SQL: anonymous blocks, and calls."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from migration_lint.sql.lexer import LexError, Token, split
from migration_lint.sql.read import objects, rows
from migration_lint.sql.read.cursor import Cursor, Unread
from migration_lint.types import Action, Kind

SKIPPED = ("null", "return", "raise", "exit", "continue", "goto", "pragma", "open", "fetch", "close", "end")
OPENING = (rows.CONTROL | {"forall"}).difference(SKIPPED)
ROW_VERBS = ("select", "insert", "update", "delete", "merge", "with", "lock")


def block(cursor: Cursor) -> Iterator[Action]:
    """The static statements of an anonymous block, and the constant texts that it executes."""
    declaring = cursor.tokens[cursor.position - 1].value == "declare"
    for tokens in pieces(cursor.rest()):
        if declaring:
            begins = next((n for n, token in enumerate(tokens) if token.kind == "word" and token.value == "begin"), None)
            if begins is None:
                continue
            declaring, tokens = False, tokens[begins + 1 :]
        tokens = without_control(tokens)
        if tokens and tokens[0].value == "declare":
            declaring = True
        elif tokens:
            yield from in_block(cursor, tokens)


def pieces(tokens: tuple[Token, ...]) -> Iterator[tuple[Token, ...]]:
    start = 0
    for number, token in enumerate(tokens):
        if token.kind == "op" and token.value == ";":
            yield tokens[start:number]
            start = number + 1
    yield tokens[start:]


def without_control(tokens: tuple[Token, ...]) -> tuple[Token, ...]:
    """The statement behind the words that open a branch before it."""
    while tokens and tokens[0].kind == "word" and tokens[0].value in OPENING:
        if tokens[0].value == "declare":
            return tokens
        opens = {"forall": ("insert", "update", "delete", "merge", "execute")}.get(tokens[0].value)
        cut = next(
            (n for n, token in enumerate(tokens) if token.kind == "word" and token.value in (opens or rows.BLOCK_WORDS)), None
        )
        if cut is None:
            return ()
        tokens = tokens[cut:] if opens else tokens[cut + 1 :]
    return tokens


def in_block(cursor: Cursor, tokens: tuple[Token, ...]) -> Iterator[Action]:
    first = tokens[0].value if tokens[0].kind == "word" else ""
    if first in SKIPPED or (len(tokens) > 1 and tokens[1].value == ":="):
        return
    if first == "execute":
        yield from executed(cursor, tokens[2:])
    elif first in ROW_VERBS:
        inner = Cursor(cursor.sql, without_into(tokens) if first in ("select", "with") else tokens, cursor.backend)
        inner.next()
        yield from objects.lock(inner) if first == "lock" else rows.rows(inner, first)
    elif first in ("commit", "rollback", "savepoint"):
        yield Action(Kind.TRANSACTION, None, "rollback to" if "to" in (token.value for token in tokens) else first)
    elif first == "set":
        inner = Cursor(cursor.sql, tokens[1:], cursor.backend)
        yield from objects.set_parameter(inner, "set")
    else:
        yield Action(Kind.SELECT, None, None, {"calls": frozenset({called(tokens)})})


def without_into(tokens: tuple[Token, ...]) -> tuple[Token, ...]:
    """SELECT … INTO variable FROM …: no table is made."""
    depth = start = 0
    for number, token in enumerate(tokens):
        if token.kind == "op":
            depth += (token.value == "(") - (token.value == ")")
        elif token.kind == "word" and not depth:
            if token.value == "into":
                start = number
            elif token.value == "from" and start:
                return tokens[:start] + tokens[number:]
    return tokens


def executed(cursor: Cursor, tokens: tuple[Token, ...]) -> Iterator[Action]:
    """EXECUTE IMMEDIATE of a constant."""
    constant = tokens[:1] and tokens[0].kind == "string" and (len(tokens) == 1 or tokens[1].value in ("into", "using"))
    if not constant:
        yield Action(Kind.UNREAD, None, None, "it runs SQL that is put together at run time (EXECUTE IMMEDIATE)")
        return
    from migration_lint.sql.read import read

    try:
        found = split(tokens[0].value, cursor.backend.dialect)
    except LexError as error:
        raise Unread(f"the text after EXECUTE IMMEDIATE: {error}") from error
    for piece in found:
        yield from read(piece, cursor.backend)


def call(cursor: Cursor) -> Iterator[Action]:
    tokens = cursor.rest()
    yield Action(Kind.SELECT, None, None, {"calls": frozenset({called(tokens)})})


def called(tokens: Iterable[Token]) -> str:
    """`dbms_stats.gather_table_stats` of a call."""
    name = ""
    for token in tokens:
        if token.value == "(" or token.value == ";":
            break
        name += token.value
    return name
