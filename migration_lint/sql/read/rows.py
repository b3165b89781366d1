"""Statements that read or change rows, and blocks of procedural code."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from migration_lint.sql.lexer import LexError, Token, split
from migration_lint.sql.read import dialects
from migration_lint.sql.read.cursor import END, FROM_FUNCTIONS, NOT_FUNCTIONS, Cursor, Unread, expression
from migration_lint.types import Action, Kind

LOCKING = ("update", "share", "no", "key")
# Words of PL/pgSQL after which a statement may start.
BLOCK_WORDS = {"begin", "then", "else", "loop", "declare", "exception"}
CONTROL = frozenset(
    """
    if elsif elseif else end loop while for foreach case when return raise null exit continue get assert declare begin
    exception open fetch close move <<
    """.split()
)

# What may come after the columns that an UPDATE sets.
AFTER_SET = {"where", "from", "returning", "order", "limit"}
# After these a parenthesis opens a list of columns or a type's arguments, not a call.
NAME_FOLLOWS = {"into", "as", "::", "with", "update", "recursive", "table", "copy"}


def query_tables(tokens: tuple[Token, ...], cursor: Cursor) -> Iterator[str]:
    """The relations that FROM, JOIN, USING and INTO name, common table expressions left out."""
    return (name for name, _ in query_sources(tokens, cursor))


def query_sources(tokens: tuple[Token, ...], cursor: Cursor) -> Iterator[tuple[str, str]]:
    """These relations, each with what the query calls it."""
    inner = Cursor(cursor.sql, tokens, cursor.backend)
    opened: list[str] = []
    common = {
        tokens[i].value
        for i, token in enumerate(tokens[:-2])
        if token.kind in ("word", "name")
        and tokens[i + 1].value == "as"
        and tokens[i + 2].value in ("(", "materialized", "not")
    }
    common |= {  # WITH name (columns) AS (…)
        tokens[i + 1].value
        for i, token in enumerate(tokens[:-1])
        if token.kind == "word" and token.value in ("with", "recursive")
    }
    previous = ""
    while not inner.done:
        token = inner.next()
        if token.value == "(" and token.kind == "op":
            opened.append(previous)
        elif token.value == ")" and token.kind == "op" and opened:
            opened.pop()
        elif (
            token.kind == "word"
            and token.value in ("from", "join", "using")  # USING of DELETE and MERGE; a join's has a parenthesis
            and not (opened and opened[-1] in FROM_FUNCTIONS and token.value == "from")
            and previous != "distinct"
        ):
            yield from sources(inner, common)
        previous = token.value


def sources(cursor: Cursor, common: set[str]) -> Iterator[tuple[str, str]]:
    """The relations of one FROM list, with their aliases."""
    while True:
        cursor.take("lateral")
        cursor.take("only")
        if cursor.peek().kind not in ("word", "name") or cursor.at("select"):
            return
        mark = cursor.position
        name = cursor.relation()
        if cursor.at("("):  # a function in FROM
            cursor.position = mark + 1
            return
        alias = name.rpartition(".")[2]
        cursor.take("*")
        cursor.take("as")
        if cursor.peek().kind in ("word", "name") and not cursor.at_any(
            "where",
            "join",
            "on",
            "using",
            "group",
            "order",
            "left",
            "right",
            "inner",
            "full",
            "cross",
            "natural",
            "set",
            "limit",
            "union",
            "for",
            "having",
            "returning",
            "except",
            "intersect",
            "window",
            "offset",
            "tablesample",
        ):
            alias = cursor.next().value
        if name not in common and not dialects.of(cursor).is_dictionary(name):
            yield name, alias
        if not cursor.take(","):
            return


def named_columns(tokens: tuple[Token, ...]) -> frozenset[tuple[str, str]]:
    """What may be a column, each behind what stands before its dot (or nothing); `*` is all of them."""
    found = set()
    for place, token in enumerate(tokens):
        before = tokens[place - 1].value if place else ""
        owner = tokens[place - 2].value if before == "." and place > 1 else ""
        star = token[:2] == ("op", "*") and before in ("select", "distinct", "all", ",", ".")
        if star or token.kind in ("word", "name"):
            found.add((owner, token.value))
    return frozenset(found)


def called_functions(tokens: tuple[Token, ...]) -> set[str]:
    """Names of functions that the statement calls."""
    found = set()
    for index, token in enumerate(tokens[:-1]):
        previous = tokens[index - 1].value if index else ""
        if tokens[index + 1][:2] != ("op", "(") or previous in NAME_FOLLOWS:
            continue
        if token.kind == "name" or (token.kind == "word" and token.value not in NOT_FUNCTIONS):
            found.add(token.value.lower())
    return found


def copied(cursor: Cursor) -> dict[str, object] | None:
    """What `(a, b) SELECT x, coalesce(y, 1) FROM t` fills from which table, by place: a column, `*`, or None."""
    columns = None
    if cursor.at("(") and cursor.peek(1).value not in ("select", "with", "("):
        columns = cursor.names()
    cursor.take("as")
    if not cursor.take("select"):
        return None
    cursor.take_any("all", "distinct")
    depth, end = 0, cursor.position
    while end < len(cursor.tokens) and not (not depth and cursor.tokens[end][:2] == ("word", "from")):
        depth += (cursor.tokens[end].value == "(") - (cursor.tokens[end].value == ")")
        end += 1
    values: list[str | None] = []
    for item in Cursor(cursor.sql, cursor.tokens[cursor.position : end], cursor.backend).items():
        if [token.value for token in item.tokens[-1:]] == ["*"]:
            values.append("*")
            continue
        used = expression(item, item.tokens[2:] if item.peek(1).value == "." else item.tokens).columns
        values.append(next(iter(used)) if len(used) == 1 else None)
    cursor.position = end
    if not cursor.take("from") or cursor.peek().kind not in ("word", "name"):
        return None
    return {"table": cursor.relation(), "columns": columns, "values": values}


def assigned(cursor: Cursor) -> dict[str, bool] | None:
    """The columns that an UPDATE sets, each with whether to NULL alone; None where they are not seen."""
    while not cursor.done and not cursor.take("set"):
        cursor.next()
    found: dict[str, bool] = {}
    depth, item, place = 0, cursor.position, cursor.position
    for place in range(cursor.position, len(cursor.tokens) + 1):
        token = cursor.tokens[place] if place < len(cursor.tokens) else END
        depth += (token[:2] == ("op", "(")) - (token[:2] == ("op", ")"))
        ends = token is END or (token.kind == "word" and token.value in AFTER_SET)
        if not depth and (ends or token[:2] == ("op", ",")):
            names, value = halves(cursor.tokens[item:place])
            found.update(dict.fromkeys(names, value == ["null"]))
            item = place + 1
            if ends:
                break
    return found or None


def halves(item: tuple[Token, ...]) -> tuple[list[str], list[str]]:
    """What stands before the `=`, without the table's name, and what after it."""
    at = next((number for number, token in enumerate(item) if token[:2] == ("op", "=")), 0)
    named = item[:at]
    names = [
        token.value
        for number, token in enumerate(named)
        if token.kind in ("word", "name") and [after.value for after in named[number + 1 : number + 2]] != ["."]
    ]
    return names, [token.value for token in item[at + 1 :]]


def rows(cursor: Cursor, verb: str) -> Iterator[Action]:
    """SELECT, INSERT, UPDATE, DELETE, MERGE, COPY, WITH, VALUES, TABLE."""
    tokens = cursor.tokens
    functions = frozenset(called_functions(tokens))
    calls: dict[str, object] | None = {"calls": functions} if functions else None
    words = [token.value for token in tokens if token.kind == "word"]
    changed: list[tuple[Kind, str]] = []
    every: set[str] = set()
    copies: dict[str, object] | None = None
    sets: dict[str, bool] | None = None
    start = cursor.position
    for index in range(start - 1, len(tokens)):
        token = tokens[index]
        if token.kind != "word":
            continue
        following = Cursor(cursor.sql, tokens[index + 1 :], cursor.backend)
        previous = tokens[index - 1].value if index else ""
        if token.value in ("insert", "merge") and following.take("into"):
            following.take("only")
            changed.append((Kind.INSERT if token.value == "insert" else Kind.UPDATE, following.relation()))
            copies = copies or copied(following)
        elif token.value == "delete" and following.take("from"):
            following.take("only")
            changed.append((Kind.DELETE, following.relation()))
            every |= set() if is_narrowed(tokens[index + 1 :]) else {changed[-1][1]}
        elif (
            token.value == "update"
            and previous not in ("for", "key", "do", "on", "then")
            and following.peek().kind in ("word", "name")
        ):
            following.take("only")
            changed.append((Kind.UPDATE, following.relation()))
            every |= set() if is_narrowed(tokens[index + 1 :]) else {changed[-1][1]}
            sets = assigned(following)
    if verb == "copy":
        table = cursor.relation() if cursor.peek().kind in ("word", "name") else None
        if table:
            changed.append((Kind.COPY, table))
    if "into" in words and verb in ("select", "with") and not changed:
        at = words.index("into")
        inner = Cursor(cursor.sql, tokens[[i for i, t in enumerate(tokens) if t.kind == "word"][at] + 1 :], cursor.backend)
        inner.take_any("temporary", "temp", "unlogged")
        inner.take("table")
        yield Action(Kind.CREATE_TABLE_AS, inner.relation(), None, {"columns": [], "constraints": [], "parents": ()})
    locking = any(a == "for" and b in LOCKING for a, b in pairwise(words)) and not changed
    targets = {name for _, name in changed}
    for kind, name in changed:
        definition: dict[str, object] | None = calls
        traits = frozenset({"every row"}) if kind in (Kind.UPDATE, Kind.DELETE) and name in every else frozenset()
        if kind is Kind.INSERT and copies is not None:
            definition, traits = {**(calls or {}), "copies": copies}, frozenset({"from a query"})
        if kind is Kind.UPDATE:
            definition = {**(calls or {}), "words": frozenset(token.value for token in tokens)}
            if sets is not None:
                definition["sets"] = sets
        yield Action(kind, name, None, definition, traits)
    read = [name for name in dict.fromkeys(query_tables(tokens, cursor)) if name not in targets]
    for name in read:
        yield Action(Kind.SELECT_FOR_UPDATE if locking else Kind.SELECT, name, None, calls)
    if calls and not changed and not read:
        yield Action(Kind.SELECT, None, None, calls)
    yield from configured(tokens)
    cursor.rest()


def configured(tokens: Sequence[Token]) -> Iterator[Action]:
    """PostgreSQL's `set_config('name', 'value', is_local)`, with literals."""
    for index, token in enumerate(tokens):
        if token.value == "set_config" and len(tokens) > index + 7:
            _, name, _, value, _, local, _ = tokens[index + 1 : index + 8]
            if name.kind == value.kind == "string":
                scope = "local" if local.value == "true" else "session"
                yield Action(Kind.SET, None, name.value.lower(), value.value, frozenset({scope}))


def is_narrowed(tokens: Sequence[Token]) -> bool:
    """Whether an UPDATE or DELETE leaves rows out: by a condition of its own that is not always true, a join or a limit."""
    depth = 0
    for index, token in enumerate(tokens):
        depth += (token.value == "(") - (token.value == ")")
        if depth < 0:
            return False
        if depth or token.kind != "word":
            continue
        if token.value in ("join", "limit", "fetch"):
            return True
        if token.value == "where":
            rest = [each.value for each in tokens[index + 1 : index + 5]]
            same = len(rest) > 2 and rest[1] == "=" and rest[0] == rest[2] and tokens[index + 1].kind == "number"
            after = rest[3:4] if same else rest[1:2]
            return not ((same or rest[:1] in (["true"], ["1"])) and after in ([], [";"], [")"], ["returning"]))
    return False


def block(body: str, cursor: Cursor, read_tokens: Callable[[Cursor], Iterator[Action]]) -> Iterator[Action]:
    """The static statements of a procedural block. What is put together at run time is unread."""
    try:
        pieces = split(body, cursor.backend.dialect)
    except LexError as error:
        raise Unread(f"the block's body: {error}") from error
    for piece in pieces:
        tokens = list(piece.tokens)
        while tokens and tokens[0].kind == "word" and tokens[0].value in CONTROL:
            # A condition or a label stands before the statement: cut after the word that opens the branch.
            cut = next((i for i, token in enumerate(tokens) if token.kind == "word" and token.value in BLOCK_WORDS), None)
            tokens = [] if cut is None else tokens[cut + 1 :]
        if not tokens:
            continue
        if any(token.kind == "word" and token.value == "execute" for token in tokens[:1]):
            yield Action(Kind.UNREAD, None, None, "it runs SQL that is put together at run time (EXECUTE)")
            continue
        if len(tokens) > 1 and (tokens[1].value in (":=", "=") or tokens[0].kind != "word"):
            continue  # an assignment
        if tokens[0].value == "perform":
            tokens[0] = tokens[0]._replace(value="select")
        inner = Cursor(piece.text, tuple(tokens), cursor.backend)
        if is_declaration(tokens):
            continue
        yield from read_tokens(inner)


def is_declaration(tokens: list[Token]) -> bool:
    """`name type` in a DECLARE section: a word that no statement starts with, followed by a type."""
    from migration_lint.sql.read import VERBS

    return tokens[0].value not in VERBS and len(tokens) >= 2 and tokens[1].kind in ("word", "name")
