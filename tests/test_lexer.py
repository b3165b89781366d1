"""The lexer against PostgreSQL's own parser, and the places where naive splitting loses a statement."""

from __future__ import annotations

import contextlib
import re
import string

import postgast
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from migration_lint.sql.lexer import CONTINUED, LexError, split, tokens


def texts(sql: str) -> list[str]:
    return [piece.sql for piece in split(sql)]


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELECT 1; SELECT 2;", ["SELECT 1", "SELECT 2"]),
        (r"SELECT 'a\'; DROP TABLE t; --'", [r"SELECT 'a\'", "DROP TABLE t"]),
        (r"SELECT E'a\'; DROP TABLE t; --'", [r"SELECT E'a\'; DROP TABLE t; --'"]),
        ("SELECT 'it''s; fine'; SELECT 2", ["SELECT 'it''s; fine'", "SELECT 2"]),
        ("SELECT $$a; b$$; SELECT $x$ $$ ; $x$", ["SELECT $$a; b$$", "SELECT $x$ $$ ; $x$"]),
        ('ALTER TABLE "a;b" ADD x int; SELECT 1', ['ALTER TABLE "a;b" ADD x int', "SELECT 1"]),
        ("/* a; /* nested; */ still; */ SELECT 1; -- end; of line\nSELECT 2", ["SELECT 1", "SELECT 2"]),
        (
            "CREATE RULE r AS ON DELETE TO t DO (SELECT 1; SELECT 2); SELECT 3",
            ["CREATE RULE r AS ON DELETE TO t DO (SELECT 1; SELECT 2)", "SELECT 3"],
        ),
        (
            "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END; DROP TABLE t",
            ["CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END", "DROP TABLE t"],
        ),
        ("", []),
        (" ; ;; -- nothing\n", []),
        ("SELECT U&'d\\0061t;a'; SELECT 1", ["SELECT U&'d\\0061t;a'", "SELECT 1"]),
        ("SELECT 1 AS a$b; SELECT $1", ["SELECT 1 AS a$b", "SELECT $1"]),
    ],
)
def test_statements_are_cut_where_the_server_cuts_them(sql: str, expected: list[str]) -> None:
    assert texts(sql) == expected


@pytest.mark.parametrize("sql", ["SELECT 'a", 'SELECT "a', "SELECT $$a", "SELECT 1 /* a", "SELECT E'a\\'", "SELECT '\0'"])
def test_text_that_no_server_takes_is_refused(sql: str) -> None:
    with pytest.raises(LexError):
        split(sql)


def test_words_are_folded_and_names_are_unquoted() -> None:
    assert [(token.kind, token.value) for token in tokens('ALTER Table "My ""Table" ADD x numeric(10, 2) DEFAULT 1.5')] == [
        ("word", "alter"), ("word", "table"), ("name", 'My "Table'), ("word", "add"), ("word", "x"), ("word", "numeric"), ("op", "("),
        ("number", "10"), ("op", ","), ("number", "2"), ("op", ")"), ("word", "default"), ("number", "1.5"),
    ]  # fmt: skip


COMMENTS = (postgast.pg_query_pb2.SQL_COMMENT, postgast.pg_query_pb2.C_COMMENT)
# Pieces that open and close each other's quotes and comments in every order.
FRAGMENTS = [
    "SELECT 1", "'a'", "'", "''", "E'", "\\", "\\'", "$$", "$x$", "$1", "--", "\n", "/*", "*/", ";", '"', '""', "a", "(", ")", " ", "x'1f'", "U&'",
    "e", "begin", "1.5e3", "::", "é", "\t", "$", "N'", "b'1'",
]  # fmt: skip


@settings(max_examples=3000, deadline=None, derandomize=True)
@given(st.lists(st.sampled_from(FRAGMENTS), max_size=14).map("".join))
@example("SELECT 'a\\'; SELECT 1 --'")
@example("SELECT $a$ $$ ; $a$; SELECT 1")
def test_tokens_end_where_the_parser_says(sql: str) -> None:
    """Where PostgreSQL's scanner takes a text apart, every string, name and word ends at the same place here."""
    try:
        theirs = [(token.start, token.end) for token in postgast.scan(sql).tokens if token.token not in COMMENTS]
    except postgast.PgQueryError:
        return
    encoded = sql.encode()
    spans = [(len(encoded[:start].decode()), len(encoded[:end].decode())) for start, end in theirs]
    spans = joined(spans, sql)
    ours = [(token.start, token.end) for token in tokens(sql)]
    assert boundaries(ours, sql) == boundaries(spans, sql)


def joined(spans: list[tuple[int, int]], sql: str) -> list[tuple[int, int]]:
    """A comment between two parts of one string constant: the parser's scanner sees two, the servers (15 to 18) one."""
    found: list[tuple[int, int]] = []
    for start, end in spans:
        if found and sql[start] == "'" and sql[found[-1][1] - 1] == "'" and re.fullmatch(CONTINUED, sql[found[-1][1] : start]):
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    return found


def boundaries(spans: list[tuple[int, int]], sql: str) -> set[int]:
    """Where semicolons stand as tokens, and where quoted things begin and end: what splitting depends on."""
    found = set()
    for start, end in spans:
        text = sql[start:end]
        if text == ";" or any(mark in text for mark in "'\"") or (text.startswith("$") and len(text) > 2):
            found |= {start, end}
    return found


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.text(alphabet=string.printable, max_size=60))
def test_any_text_is_taken_apart_or_refused(sql: str) -> None:
    with contextlib.suppress(LexError):
        split(sql)
