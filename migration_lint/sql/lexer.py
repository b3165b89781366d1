"""Tokens and statement boundaries, by dialect.

A linter that loses its place inside a string literal misses the statement that follows it, so this is a real lexer: it knows
each dialect's quotes, comments and escapes, and refuses what it cannot follow instead of guessing.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

# A string constant goes on in the next one when nothing but space with a line break stands between.
CONTINUED = r"(?:[ \t\f\v]|--[^\n\r]*)*[\n\r](?:[ \t\n\r\f\v]|--[^\n\r]*[\n\r])*"


def but(*more: str) -> str:
    """A letter, one of these, or whatever is not ASCII. Said by what it is not: `re` takes a while over all of Unicode."""
    allowed = {*string.ascii_letters, *"".join(more)}
    return f"[^{re.escape(''.join(each for each in map(chr, range(128)) if each not in allowed))}]"


class LexError(ValueError):
    """The text is not SQL that a server of this dialect could take apart either."""


class Token(NamedTuple):
    """`kind` is word, name (quoted identifier), string, number, param or op; `value` is folded or unquoted."""

    kind: str
    value: str
    start: int
    end: int


@dataclass(frozen=True)
class Dialect:
    name: str
    identifier_quotes: str = '"'
    string_quotes: str = "'"
    dollar_quotes: bool = False
    nested_comments: bool = False
    hash_comments: bool = False
    folds_names: bool = True  # an unquoted name's case does not count
    backslash_escapes: bool = False  # in every string; PostgreSQL has them in E'…' alone
    escape_prefix: bool = False
    executable_comments: bool = False  # /*! … */ is SQL to the server
    dashes_need_space: bool = False  # `1--1` is arithmetic
    routine_bodies: bool = False  # CREATE TRIGGER … BEGIN …; END, without quotes around
    bracketed_names: bool = False

    @property
    def opening(self) -> str:
        """What opens a quote: such a character that begins none is not closed."""
        return self.string_quotes + self.identifier_quotes + "[" * self.bracketed_names

    word_characters: str = "$"
    alternative_quotes: bool = False  # q'[…]'
    upper_case: bool = False  # unquoted names fold to upper case; the catalog spells those in lower case, as Django does
    slash_ends_block: bool = False  # PL/SQL has semicolons inside: a block, or what CREATE makes of it, ends at a line of `/`

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        plain = "|".join(
            f"{quote}[^{quote}\\\\]*(?:(?:\\\\.|{quote}{quote})[^{quote}\\\\]*)*{quote}"
            if self.backslash_escapes
            else f"{quote}[^{quote}]*(?:{quote}{quote}[^{quote}]*)*{quote}"
            for quote in self.string_quotes
        )
        names = "|".join(f"{quote}[^{quote}]*(?:{quote}{quote}[^{quote}]*)*{quote}" for quote in self.identifier_quotes)
        if self.bracketed_names:
            names += r"|\[[^\]]*\]"
        parts = [
            r"(?P<space>\s+|--"
            + (r"(?=\s|$)" if self.dashes_need_space else "")
            + r"[^\n\r]*"
            + (r"|\#[^\n]*" if self.hash_comments else "")
            + ")",
        ]
        if self.executable_comments:
            parts.append(r"(?P<executable>/\*M?!\d*|\*/)")
        parts.append(r"(?P<comment>/\*)")
        if self.escape_prefix:
            parts.append(rf"(?P<escaped>[eE]'(?:[^'\\]|\\.|'')*'(?:{CONTINUED}'(?:[^'\\]|\\.|'')*')*)")
            parts.append(r"(?P<open>[eE]')")  # an escape string that nothing closes must not pass for a plain one
            parts.append(rf"(?P<string>[bBxX]'[^']*'(?:{CONTINUED}'[^']*')*|(?:[uU]&)?{plain}(?:{CONTINUED}{plain})*)")
            parts.append(rf"(?P<name>(?:[uU]&)?(?:{names}))")
        else:
            if self.alternative_quotes:
                pairs = "|".join(rf"\{opens}.*?\{closes}'" for opens, closes in ("[]", "{}", "()", "<>"))
                parts.append(rf"(?P<quoted>[nN]?[qQ]'(?:{pairs}|(?P<mark>[^\s\[{{(<]).*?(?P=mark)'))")
                parts.append(r"(?P<open>[nN]?[qQ]')")
            parts.append(rf"(?P<string>[bBxXnN]?(?:{plain}))")
            parts.append(rf"(?P<name>{names})")
        if self.dollar_quotes:
            parts.append(rf"(?P<dollar>\$(?:{but('_')}{but('_', string.digits)}*)?\$)")
        parts += [
            rf"(?P<word>{but('_')}{but('_', string.digits, self.word_characters)}*)",
            r"(?P<number>\d[\d_]*(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)",
            r"(?P<param>%s|%\([^)]*\)s|\$\d+|\?)",
            rf"(?P<op>::|:=|=>|<=|>=|<>|!=|\|\||[^\s{re.escape(self.opening)}])",
        ]
        return re.compile("|".join(parts), re.DOTALL)


POSTGRESQL = Dialect("postgresql", dollar_quotes=True, nested_comments=True, escape_prefix=True)
MYSQL = Dialect(
    "mysql",
    identifier_quotes="`",
    string_quotes="'\"",
    folds_names=False,
    hash_comments=True,
    backslash_escapes=True,
    executable_comments=True,
    dashes_need_space=True,
    routine_bodies=True,
)
SQLITE = Dialect("sqlite", identifier_quotes='"`', bracketed_names=True, routine_bodies=True)
ORACLE = Dialect("oracle", word_characters="$#", alternative_quotes=True, upper_case=True, slash_ends_block=True)
DIALECTS = {dialect.name: dialect for dialect in (POSTGRESQL, MYSQL, SQLITE, ORACLE)}

ASCII_LOWER = {letter: letter + 32 for letter in range(ord("A"), ord("Z") + 1)}
ROUTINES = ("trigger", "procedure", "function", "event")
BRANCH_END = re.compile(r"\s+(?:if|loop|while|repeat)\b", re.IGNORECASE)
BACKSLASH = re.compile(r"\\(.)", re.DOTALL)
ESCAPED = {"0": "\0", "b": "\b", "n": "\n", "r": "\r", "t": "\t", "Z": "\x1a", "%": "\\%", "_": "\\_"}  # any other is itself
COMMENT_EDGE = re.compile(r"/\*|\*/")


def tokens(sql: str, dialect: Dialect = POSTGRESQL) -> Iterator[Token]:
    """Yield what a server would see, comments and space left out. Raises LexError."""
    if "\0" in sql:
        raise LexError(f"a NUL character at offset {sql.index(chr(0))}: no server takes it")
    match_at = dialect.pattern.match
    position, end = 0, len(sql)
    while position < end:
        match = match_at(sql, position)
        if match is None or match.lastgroup == "open":
            raise LexError(f"{sql[position]!r} at offset {position} opens a quote that nothing closes")
        kind = match.lastgroup
        start, position = position, match.end()
        if kind in ("space", "executable"):
            continue
        if kind == "word":
            text = match.group()  # servers fold ASCII letters alone
            yield Token("word", text.lower() if text.isascii() else text.translate(ASCII_LOWER), start, position)
        elif kind == "op":
            yield Token("op", match.group(), start, position)
        elif kind == "name":
            text = match.group()
            quote = text[-1]
            name = text[1:-1] if quote == "]" else text[text.index(quote) + 1 : -1].replace(quote * 2, quote)
            if dialect.upper_case and name == name.upper():
                name = name.lower()
            yield Token("name", name, start, position)
        elif kind == "comment":
            position = skip_comment(sql, position, dialect.nested_comments)
        elif kind == "dollar":
            tag = match.group()
            close = sql.find(tag, position)
            if close < 0:
                raise LexError(f"nothing closes the {tag} at offset {start}")
            position = close + len(tag)
            yield Token("string", sql[match.end() : close], start, position)
        elif kind == "quoted":
            text = match.group()
            yield Token("string", text[text.index("'") + 2 : -2], start, position)
        elif kind in ("string", "escaped"):
            text = match.group()
            quote = text[-1]
            value = text[text.index(quote) + 1 : -1]
            if dialect.backslash_escapes:
                value = BACKSLASH.sub(lambda found: ESCAPED.get(found[1], found[1]), value.replace(quote * 2, f"\\{quote}"))
            yield Token("string", value.replace("''", "'"), start, position)
        else:
            yield Token(kind or "op", match.group(), start, position)


def skip_comment(sql: str, position: int, nested: bool) -> int:
    depth = 1
    while depth:
        edge = COMMENT_EDGE.search(sql, position)
        if edge is None:
            raise LexError("nothing closes a /* comment")
        position = edge.end()
        if edge.group() == "*/":
            depth -= 1
        elif nested:
            depth += 1
    return position


def ends_a_branch(sql: str, end: Token) -> bool:
    """Whether this END is that of END IF, END LOOP and the like, which a routine's statements have without a BEGIN."""
    return BRANCH_END.match(sql, end.end) is not None


def is_alone(sql: str, token: Token) -> bool:
    """Whether nothing else stands on the token's line."""
    before, after = sql[: token.start].rpartition("\n")[2], sql[token.end :].partition("\n")[0]
    return not before.strip() and not after.strip()


def is_block(found: list[Token]) -> bool:
    """Whether these tokens begin a PL/SQL block, or the making of something that has one."""
    words = [token.value for token in found[:8] if token.kind == "word"]
    if words[:1] != ["create"]:
        return words[:1] in (["declare"], ["begin"])
    made = [word for word in words[1:] if word not in ("or", "replace", "editionable", "noneditionable")]
    return made[:1] in (["function"], ["procedure"], ["package"], ["trigger"], ["type"])


class Piece(NamedTuple):
    """One statement of a text, without the semicolon. The tokens' offsets count from the start of `text`."""

    sql: str
    tokens: tuple[Token, ...]
    text: str


def split(sql: str, dialect: Dialect = POSTGRESQL) -> list[Piece]:
    """Cut a text into statements where the server does. Raises LexError."""
    pieces: list[Piece] = []
    current: list[Token] = []
    depth = block = 0
    routine = False
    for token in tokens(sql, dialect):
        if token.kind == "op":
            if token.value == "(":
                depth += 1
            elif token.value == ")":
                depth -= 1
            elif token.value == "/" and dialect.slash_ends_block and is_alone(sql, token):
                if current:
                    pieces.append(Piece(sql[current[0].start : current[-1].end], tuple(current), sql))
                    current, depth = [], 0
                continue
            elif token.value == ";" and dialect.slash_ends_block and is_block(current):
                pass
            elif token.value == ";" and depth <= 0 and not block:
                if current:
                    pieces.append(Piece(sql[current[0].start : current[-1].end], tuple(current), sql))
                    current, depth, routine = [], 0, False
                continue
        elif token.kind == "word":
            previous = current[-1].value if current else ""
            # The body of an SQL function may be BEGIN ATOMIC … END, with semicolons inside and CASE … END nested.
            if token.value == "atomic" and previous == "begin":
                block = 1
            elif token.value in ROUTINES and dialect.routine_bodies and current and current[0].value == "create":
                routine = True
            elif (routine and token.value == "begin") or (block and token.value == "case" and previous != "end"):
                block += 1
            elif block and token.value == "end" and not ends_a_branch(sql, token):
                block -= 1
        current.append(token)
    if current:
        pieces.append(Piece(sql[current[0].start : current[-1].end], tuple(current), sql))
    return pieces
