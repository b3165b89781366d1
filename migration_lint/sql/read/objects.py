"""Everything that is neither a table's own definition, nor an index, nor rows."""

from __future__ import annotations

from collections.abc import Iterator

from migration_lint.sql.read.cursor import Cursor, Unread
from migration_lint.sql.read.rows import copied, named_columns, query_sources, query_tables
from migration_lint.types import Action, Kind

# What CREATE, ALTER and DROP may be followed by and no table's lock follows from; the longest first.
OBJECTS = [
    tuple(words.split())
    for words in """
        text search configuration, text search dictionary, text search parser, text search template, access method, event
        trigger, foreign data wrapper, data wrapper, operator class, operator family, user mapping, default privileges, large
        object, procedural language, type, domain, extension, collation, function, procedure, routine, aggregate, schema,
        role, user, group, cast, operator, conversion, language, server, subscription, transform, tablespace, database,
        system, statistics, sequence, view, materialized view, trigger, rule, policy, publication
        """.split(",")
]


def object_type(cursor: Cursor) -> str:
    for words in OBJECTS:
        if cursor.take(*words):
            return " ".join(words)
    raise Unread(f"{cursor.shown()} is no kind of object that is known")


def name_list(cursor: Cursor) -> list[str]:
    names = [cursor.relation()]
    while cursor.take(","):
        names.append(cursor.relation())
    return names


def drop(cursor: Cursor) -> Iterator[Action]:
    from migration_lint.sql.read.indexes import drop_index

    traits: set[str] = set()
    if cursor.take("index"):
        yield from drop_index(cursor, traits)
        return
    cursor_start = cursor.position
    if cursor.take("foreign", "table") or cursor.take("table"):
        what = "table"
    else:
        cursor.position = cursor_start
        what = object_type(cursor)
    if cursor.take("if", "exists"):
        traits.add("if exists")
    if what in ("trigger", "rule", "policy"):
        name = cursor.identifier()
        cursor.expect("on")
        kind = {"trigger": Kind.DROP_TRIGGER, "rule": Kind.DROP_RULE, "policy": Kind.DROP_POLICY}[what]
        yield Action(kind, cursor.relation(), name, None, frozenset(traits))
        cursor.rest()
        return
    kinds = {
        "table": Kind.DROP_TABLE, "view": Kind.DROP_VIEW, "materialized view": Kind.DROP_MATERIALIZED_VIEW,
        "sequence": Kind.DROP_SEQUENCE, "schema": Kind.DROP_SCHEMA,
    }  # fmt: skip
    words = [token.value for token in cursor.tokens[cursor.position :]]
    if "cascade" in words[-1:]:
        traits.add("cascade")
    if what not in kinds:
        other = cursor.relation() if cursor.peek().kind in ("word", "name") else None
        cursor.rest()
        yield Action(Kind.DROP_OBJECT, None, other, {"type": what}, frozenset(traits))
        return
    for dropped in name_list(cursor):
        if kinds[what] in (Kind.DROP_SEQUENCE, Kind.DROP_SCHEMA):
            yield Action(kinds[what], None, dropped, None, frozenset(traits))
        else:
            yield Action(kinds[what], dropped, None, None, frozenset(traits))


def comment(cursor: Cursor) -> Iterator[Action]:
    cursor.expect("on")
    if cursor.take("table") or cursor.take("view") or cursor.take("materialized", "view") or cursor.take("foreign", "table"):
        yield Action(Kind.COMMENT, cursor.relation())
    elif cursor.take("column"):
        parts = [cursor.identifier()]
        while cursor.take("."):
            parts.append(cursor.identifier())
        yield Action(Kind.COMMENT, cursor.backend.relation(parts[:-1]), parts[-1], None, frozenset({"on a column"}))
    elif cursor.at_any("constraint", "trigger", "rule", "policy"):
        what = cursor.next().value
        name = cursor.identifier()
        cursor.expect("on")
        if cursor.take("domain"):
            yield Action(Kind.ALTER_OBJECT, None, name, {"type": "domain"})
        else:
            yield Action(Kind.COMMENT, cursor.relation(), name, None, frozenset({f"on a {what}"}))
    elif cursor.take("index"):
        yield Action(Kind.COMMENT, None, cursor.relation(), None, frozenset({"on an index"}))
    else:
        yield Action(Kind.ALTER_OBJECT, None, None, {"type": object_type(cursor)}, frozenset({"comment"}))
    cursor.rest()


def table_list(cursor: Cursor) -> list[str]:
    """`TABLE ONLY a, b *`: what TRUNCATE and LOCK go on with."""
    cursor.take("table")
    tables = []
    while True:
        cursor.take("only")
        tables.append(cursor.relation())
        cursor.take("*")
        if not cursor.take(","):
            break
    return tables


def truncate(cursor: Cursor) -> Iterator[Action]:
    tables = table_list(cursor)
    traits = {"cascade"} if "cascade" in (token.value for token in cursor.rest()) else set()
    for table in tables:
        yield Action(Kind.TRUNCATE, table, None, None, frozenset(traits))


def lock(cursor: Cursor) -> Iterator[Action]:
    tables = table_list(cursor)
    mode = "ACCESS EXCLUSIVE"
    if cursor.take("in"):
        words = []
        while not cursor.done and not cursor.at("mode"):
            words.append(cursor.next().value.upper())
        mode = " ".join(words)
        cursor.expect("mode")
    for table in tables:
        yield Action(Kind.LOCK_TABLE, table, None, mode, frozenset({f"in {mode.lower()} mode"}))


def refresh(cursor: Cursor) -> Iterator[Action]:
    cursor.expect("materialized", "view")
    traits = {"concurrently"} if cursor.take("concurrently") else set()
    view = cursor.relation()
    if "no" in (token.value for token in cursor.rest()):
        traits.add("with no data")
    yield Action(Kind.REFRESH_MATERIALIZED_VIEW, view, None, None, frozenset(traits))


def set_parameter(cursor: Cursor, verb: str) -> Iterator[Action]:
    if verb == "set" and cursor.take("constraints"):
        names: tuple[str, ...] | None = None
        if not cursor.take("all"):
            names = tuple(name_list(cursor))
        mode = cursor.identifier()
        yield Action(Kind.SET_CONSTRAINTS, None, None, names, frozenset({mode}))
        return
    scope = cursor.take_any("local", "session") or "session"
    if cursor.take("time", "zone"):
        name = "timezone"
    elif cursor.take("transaction") or cursor.take("characteristics"):
        cursor.rest()
        yield Action(Kind.SET, None, "transaction", None)
        return
    else:
        name = cursor.identifier()
        while cursor.take("."):
            name = f"{name}.{cursor.identifier()}"
        if not cursor.take("="):
            cursor.take("to")
    value = (
        None
        if verb == "reset" or cursor.at("default")
        else ",".join(token.value for token in cursor.rest() if token.value != ",")
    )
    cursor.rest()
    yield Action(Kind.SET, None, name.lower(), value, frozenset({scope}))


def grant(cursor: Cursor) -> Iterator[Action]:
    while not cursor.done and not cursor.at("on"):
        cursor.next()
    if not cursor.take("on"):
        cursor.rest()
        yield Action(Kind.ALTER_OBJECT, None, None, {"type": "role"})
        return
    if cursor.take("all"):
        cursor.rest()
        yield Action(Kind.GRANT, None, None, None, frozenset({"on many"}))
        return
    words = cursor.take_any(
        "schema",
        "database",
        "function",
        "procedure",
        "routine",
        "type",
        "domain",
        "language",
        "sequence",
        "tablespace",
        "foreign",
        "large",
        "parameter",
    )
    if words:
        cursor.rest()
        yield Action(Kind.ALTER_OBJECT, None, None, {"type": words}, frozenset({"grant"}))
        return
    cursor.take("table")
    for name in name_list(cursor):
        yield Action(Kind.GRANT, name)
    cursor.rest()


def create_table_as(cursor: Cursor, traits: set[str]) -> Iterator[Action]:
    if cursor.take("if", "not", "exists"):
        traits.add("if not exists")
    table = cursor.relation()
    start = cursor.position
    copies = copied(cursor)
    cursor.position = start
    definition: dict[str, object] = {"columns": [], "constraints": [], "parents": (), "copies": copies}
    yield Action(Kind.CREATE_TABLE_AS, table, None, definition, frozenset(traits))
    for name in dict.fromkeys(query_tables(cursor.rest(), cursor)):
        yield Action(Kind.SELECT, name)


def create_view(cursor: Cursor, traits: set[str]) -> Iterator[Action]:
    materialized = cursor.take("materialized")
    cursor.expect("view")
    if cursor.take("if", "not", "exists"):
        traits.add("if not exists")
    name = cursor.relation()
    tokens = cursor.rest()
    sources = tuple(dict.fromkeys(query_sources(tokens, cursor)))
    uses = tuple(dict.fromkeys(used for used, _ in sources))
    definition = {"sources": sources, "columns": named_columns(tokens), "text": cursor.sql}
    kind = Kind.CREATE_MATERIALIZED_VIEW if materialized else Kind.REPLACE_VIEW if "or replace" in traits else Kind.CREATE_VIEW
    yield Action(kind, name, None, definition, frozenset(traits))
    for used in uses:
        yield Action(Kind.SELECT, used, None, None, frozenset() if materialized else frozenset({"definition only"}))


def create_sequence(cursor: Cursor, traits: set[str]) -> Iterator[Action]:
    if cursor.take("if", "not", "exists"):
        traits.add("if not exists")
    name = cursor.relation()
    yield Action(Kind.CREATE_SEQUENCE, None, name, owned_by(cursor), frozenset(traits))


def owned_by(cursor: Cursor) -> tuple[str, str] | None:
    """The (table, column) of OWNED BY."""
    while not cursor.done:
        if cursor.take("owned", "by"):
            parts = [cursor.identifier()]
            while cursor.take("."):
                parts.append(cursor.identifier())
            cursor.rest()
            return (cursor.backend.relation(parts[:-1]), parts[-1]) if len(parts) > 1 else None
        cursor.next()
    return None


def create_on_table(cursor: Cursor, traits: set[str]) -> Iterator[Action]:
    """Triggers, rules, policies and publications."""
    what = cursor.next().value
    name = cursor.identifier()
    if what == "publication":
        tables: list[str] = []
        if cursor.take("for", "table"):
            for item in cursor.items():
                item.take("table")
                item.take("only")
                tables.append(item.relation())
                item.rest()
        elif cursor.at("for"):
            cursor.rest()
            yield Action(Kind.CREATE_OBJECT, None, name, {"type": "publication"})
            return
        cursor.rest()
        for table in tables:
            yield Action(Kind.CREATE_PUBLICATION, table, name)
        if not tables:
            yield Action(Kind.CREATE_OBJECT, None, name, {"type": "publication"})
        return
    word = "to" if what == "rule" else "on"
    while not cursor.done and not cursor.at(word):
        cursor.next()
    cursor.expect(word)
    kind = {"trigger": Kind.CREATE_TRIGGER, "rule": Kind.CREATE_RULE, "policy": Kind.CREATE_POLICY}[what]
    yield Action(kind, cursor.relation(), name, None, frozenset(traits))
    cursor.rest()


def create_statistics(cursor: Cursor) -> Iterator[Action]:
    while not cursor.done and not cursor.at("from"):
        cursor.next()
    cursor.expect("from")
    yield Action(Kind.CREATE_STATISTICS, cursor.relation())
    cursor.rest()


def create_object(cursor: Cursor, traits: set[str]) -> Iterator[Action]:
    what = object_type(cursor)
    if cursor.take("if", "not", "exists"):
        traits.add("if not exists")
    if what in ("database", "tablespace", "subscription"):
        cursor.rest()
        yield Action(Kind.SERVER, None, f"create {what}")
        return
    name = cursor.relation() if cursor.peek().kind in ("word", "name") else None
    words = [token.value for token in cursor.rest()]
    definition: dict[str, object] = {"type": what, "words": frozenset(words)}
    if what == "type":
        definition["kind"] = (
            "enum"
            if "enum" in words[:2]
            else "range"
            if "range" in words[:2]
            else "composite"
            if words[:1] == ["as"]
            else "base"
        )
    elif what == "domain":
        definition["kind"] = "constrained domain" if {"check", "not", "constraint"} & set(words) else "domain"
    elif what == "collation":
        at = words.index("deterministic") if "deterministic" in words else None
        definition["deterministic"] = at is None or "false" not in words[at : at + 3]
    elif what in ("function", "procedure"):
        definition["volatility"] = next((word for word in words if word in ("immutable", "stable")), "volatile")
    yield Action(Kind.CREATE_OBJECT, None, name, definition, frozenset(traits))


def alter_object(cursor: Cursor) -> Iterator[Action]:
    what = object_type(cursor)
    if what == "system":
        cursor.rest()
        yield Action(Kind.SERVER, None, "alter system")
        return
    traits = {"if exists"} if cursor.take("if", "exists") else set()
    if what == "sequence":
        name = cursor.relation()
        if cursor.take("rename", "to"):
            yield Action(Kind.ALTER_SEQUENCE, None, name, {"rename": cursor.identifier()}, frozenset(traits))
        else:
            yield Action(Kind.ALTER_SEQUENCE, None, name, {"owned_by": owned_by(cursor)}, frozenset(traits))
        return
    if what in ("view", "materialized view"):
        name = cursor.relation()
        if cursor.take("rename", "to"):
            yield Action(Kind.RENAME_TABLE, name, cursor.identifier(), None, frozenset({"view"}))
        else:
            cursor.rest()
            yield Action(Kind.ALTER_VIEW, name, None, None, frozenset(traits))
        return
    if what in ("trigger", "rule", "policy"):
        name = cursor.identifier()
        cursor.expect("on")
        table = cursor.relation()
        cursor.rest()
        yield Action(Kind.ALTER_TRIGGER, table, name, None, frozenset({what}))
        return
    altered = cursor.relation() if cursor.peek().kind in ("word", "name") else None
    words = [token.value for token in cursor.rest()]
    if what == "type" and words[:2] in (["add", "value"], ["rename", "value"]):
        yield Action(Kind.ALTER_ENUM, None, altered, words, frozenset({" ".join(words[:2])}))
    elif what == "type" and "attribute" in words:
        raise Unread("ALTER TYPE … ATTRIBUTE rewrites every table that uses the type")
    elif (what == "domain" and words[:1] in (["add"], ["validate"])) or (
        what == "domain" and words[:3] == ["set", "not", "null"]
    ):
        raise Unread("ALTER DOMAIN checks every table that uses the domain")
    elif what == "publication" and words[:1] in (["add"], ["set"], ["drop"]) and "table" in words:
        raise Unread("ALTER PUBLICATION … TABLE is not followed here")
    else:
        yield Action(Kind.ALTER_OBJECT, None, altered, {"type": what}, frozenset(traits))
