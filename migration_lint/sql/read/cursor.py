"""A place in a statement's tokens, and the small words every statement is made of."""

from __future__ import annotations

from collections.abc import Iterator

from migration_lint.backends import Backend
from migration_lint.sql.catalog import Expression, SQLType
from migration_lint.sql.lexer import Token
from migration_lint.sql.read import dialects

END = Token("end", "", 0, 0)
# Words that continue a type's name, by the word before them.
TYPE_CONTINUES = {
    "double": ("precision",),
    "character": ("varying",),
    "char": ("varying",),
    "nchar": ("varying",),
    "bit": ("varying",),
    "national": ("character", "char", "varchar"),
    "long": ("varchar", "varbinary"),
}
INTERVAL_FIELDS = {"year", "month", "day", "hour", "minute", "second", "to"}
# FROM belongs to the function here, not to a query.
FROM_FUNCTIONS = {"extract", "substring", "trim", "overlay", "position"}
NOT_COLUMNS = {
    "and",
    "or",
    "not",
    "is",
    "null",
    "true",
    "false",
    "in",
    "like",
    "between",
    "case",
    "when",
    "then",
    "else",
    "end",
    "as",
}
# Words that a parenthesis may follow without being called.
NOT_FUNCTIONS = NOT_COLUMNS | frozenset(
    """
    all any array asc asymmetric both by check collate columns conflict constraint cross cube current default desc distinct do
    except exists fetch filter first following for foreign from full group groups having ilike inner intersect interval into
    isnull join last lateral leading left limit materialized natural notnull nulls offset on only order ordinality outer over
    overlaps partition preceding primary range recursive references returning right rollup row rows select set sets similar
    some symmetric table tablesample then trailing union unique update using values when where window with within
    """.split()
)
# Functions that are called without parentheses.
BARE_FUNCTIONS = {
    "current_timestamp",
    "current_date",
    "current_time",
    "localtimestamp",
    "localtime",
    "current_user",
    "session_user",
    "user",
}


class Unread(Exception):
    """The statement, or a part of it, is not understood; the message says what."""


class Cursor:
    def __init__(self, sql: str, tokens: tuple[Token, ...], backend: Backend) -> None:
        self.sql = sql
        self.tokens = tokens
        self.backend = backend
        self.position = 0

    def peek(self, ahead: int = 0) -> Token:
        index = self.position + ahead
        return self.tokens[index] if index < len(self.tokens) else END

    @property
    def done(self) -> bool:
        return self.position >= len(self.tokens)

    def at(self, *words: str) -> bool:
        place = self.position
        if place + len(words) > len(self.tokens):
            return False
        for word in words:
            token = self.tokens[place]
            if token.value != word or token.kind not in ("word", "op"):
                return False
            place += 1
        return True

    def at_any(self, *words: str) -> bool:
        token = self.peek()
        return token.kind in ("word", "op") and token.value in words

    def next(self) -> Token:
        token = self.peek()
        self.position += 1
        return token

    def take(self, *words: str) -> bool:
        if self.at(*words):
            self.position += len(words)
            return True
        return False

    def take_any(self, *words: str) -> str | None:
        if self.at_any(*words):
            return self.next().value
        return None

    def expect(self, *words: str) -> None:
        if not self.take(*words):
            raise Unread(f"{self.shown()} where {' '.join(words).upper()} was expected")

    def shown(self) -> str:
        token = self.peek()
        return "the end" if token is END else f"`{self.text(token.start, token.end)[:40]}`"

    def text(self, start: int, end: int) -> str:
        return self.sql[start:end]

    def identifier(self) -> str:
        token = self.next()
        if token.kind == "name":
            return self.backend.clip(token.value)
        if token.kind == "word":
            return self.backend.clip(self.unquoted(token))
        self.position -= 1
        raise Unread(f"{self.shown()} where a name was expected")

    def unquoted(self, token: Token) -> str:
        """A word as a name."""
        return token.value if self.backend.dialect.folds_names else self.text(token.start, token.end)

    def relation(self) -> str:
        """A name with its schema where that is not one that the search path finds anyway."""
        parts = [self.identifier()]
        while self.take("."):
            parts.append(self.identifier())
        return self.backend.relation(parts)

    def parenthesized(self) -> tuple[Token, ...]:
        """The tokens between this parenthesis and the one that closes it."""
        self.expect("(")
        start, depth = self.position, 1
        while depth:
            token = self.next()
            if token is END:
                raise Unread("a parenthesis that nothing closes")
            if token.kind == "op":
                depth += (token.value == "(") - (token.value == ")")
        return self.tokens[start : self.position - 1]

    def inside(self) -> Cursor:
        return Cursor(self.sql, self.parenthesized(), self.backend)

    def items(self) -> Iterator[Cursor]:
        """The rest, cut at the commas outside parentheses."""
        depth, start = 0, self.position
        for index in range(self.position, len(self.tokens)):
            token = self.tokens[index]
            if token.kind != "op":
                continue
            if token.value in "([":
                depth += 1
            elif token.value in ")]":
                depth -= 1
            elif token.value == "," and not depth:
                yield Cursor(self.sql, self.tokens[start:index], self.backend)
                start = index + 1
        yield Cursor(self.sql, self.tokens[start:], self.backend)
        self.position = len(self.tokens)

    def names(self) -> tuple[str, ...]:
        """`(a, b)`, each with what may follow a column in an index or key left out."""
        return tuple(item.identifier() for item in self.inside().items())

    def skip_if_exists(self) -> bool:
        return self.take("if", "exists") or self.take("if", "not", "exists")

    def type(self) -> SQLType:
        words = [self.identifier()]
        while self.take("."):
            words = [self.identifier()]
        own = dialects.of(self)
        while self.peek().kind == "word" and (
            self.peek().value in TYPE_CONTINUES.get(words[-1].lower(), ()) or own.type_goes_on(self.peek().value)
        ):
            words.append(self.next().value)
        arguments: tuple[int | str, ...] = ()
        if self.at("("):
            arguments = tuple(
                int(t.value) if t.kind == "number" and t.value.isdigit() else t.value
                for t in self.parenthesized()
                if t.kind != "op"
            )
        if self.at_any("with", "without") and self.peek(1).value == "time" and self.peek(2).value == "zone":
            words.append(" ".join(self.next().value for _ in range(3)))
        while self.at_any("unsigned", "signed", "zerofill"):
            word = self.next().value
            words += [word] if word == "unsigned" else []
        if words[-1] == "interval":
            while self.peek().kind == "word" and self.peek().value in INTERVAL_FIELDS:
                arguments += (self.next().value,)
        dimensions = 0
        while self.take("["):
            if self.peek().kind == "number":
                self.next()
            self.expect("]")
            dimensions += 1
        if self.take("array"):
            dimensions += 1
        name, implied = self.backend.canonical_type(" ".join(words).lower())
        if name in self.backend.settings.get("display_widths", ()):
            arguments = ()
        return SQLType(name, arguments or implied, dimensions)

    def expression(self, *stops: str) -> Expression:
        """Everything up to a comma, a closing parenthesis or one of these words outside parentheses."""
        start, depth = self.position, 0
        while not self.done:
            token = self.peek()
            if token.kind == "op":
                if token.value in "([":
                    depth += 1
                elif token.value in ")]":
                    if not depth:
                        break
                    depth -= 1
                elif token.value == "," and not depth:
                    break
            elif (
                token.kind == "word"
                and not depth
                and self.position > start
                and token.value in stops
                and self.peek(-1).value != "::"
            ):
                break
            self.position += 1
        return expression(self, self.tokens[start : self.position])

    def rest(self) -> tuple[Token, ...]:
        tokens = self.tokens[self.position :]
        self.position = len(self.tokens)
        return tokens


def strip_parentheses(tokens: tuple[Token, ...]) -> tuple[Token, ...]:
    while len(tokens) >= 2 and tokens[0].value == "(" and tokens[-1].value == ")":
        depth = 0
        for token in tokens[:-1]:
            depth += (token.kind == "op" and token.value == "(") - (token.kind == "op" and token.value == ")")
            if not depth:
                return tokens
        tokens = tokens[1:-1]
    return tokens


def expression(cursor: Cursor, tokens: tuple[Token, ...]) -> Expression:
    if not tokens:
        raise Unread(f"{cursor.shown()} where an expression was expected")
    columns, functions = set(), set()
    previous = END
    for index, token in enumerate(tokens):
        follows = tokens[index + 1] if index + 1 < len(tokens) else END
        if token.kind == "word" and follows.value == "(" and token.value not in NOT_FUNCTIONS and previous.value != "::":
            functions.add(token.value)
        elif token.kind == "name" and follows.value == "(":
            functions.add(token.value.lower())
        elif token.kind == "word" and token.value in BARE_FUNCTIONS:
            functions.add(token.value)
        elif (
            token.kind in ("word", "name")
            and previous.value != "::"
            and (token.kind == "name" or token.value not in NOT_COLUMNS)
        ):
            columns.add(cursor.backend.clip(token.value if token.kind == "name" else cursor.unquoted(token)))
        previous = token
    bare = strip_parentheses(tokens)
    cast = None
    if len(bare) >= 3 and bare[0].kind in ("word", "name") and bare[1].value == "::":
        inner = Cursor(cursor.sql, bare[2:], cursor.backend)
        try:
            cast = inner.type()
        except Unread:
            cast = None
        if not inner.done:
            cast = None
    return Expression(
        cursor.text(tokens[0].start, tokens[-1].end),
        frozenset(columns),
        frozenset(functions),
        frozenset(map(cursor.backend.clip, not_null_proofs(bare))),
        literal=not functions and not {column.lower() for column in columns} - {"true", "false"},
        is_null=len(bare) == 1 and bare[0].value == "null",
        cast=cast,
    )


def not_null_proofs(tokens: tuple[Token, ...]) -> Iterator[str]:
    """Columns that `a IS NOT NULL AND …` says are never NULL."""
    tokens = strip_parentheses(tokens)
    depth, start, parts = 0, 0, []
    for index, token in enumerate(tokens):
        if token.kind == "op":
            depth += (token.value == "(") - (token.value == ")")
        elif not depth and token.kind == "word" and token.value == "and":
            parts.append(tokens[start:index])
            start = index + 1
    if parts:
        for part in [*parts, tokens[start:]]:
            yield from not_null_proofs(part)
    elif len(tokens) == 4 and [t.value for t in tokens[1:]] == ["is", "not", "null"]:
        yield tokens[0].value
