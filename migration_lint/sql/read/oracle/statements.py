"""CREATE, DROP and ALTER of all but tables, TRUNCATE and the session."""

from __future__ import annotations

from collections.abc import Iterator

from migration_lint.sql.read import indexes, objects
from migration_lint.sql.read.cursor import Cursor, Unread
from migration_lint.sql.read.oracle.columns import ATTRIBUTES, INDEX_ATTRIBUTES, attribute
from migration_lint.types import Action, Kind, replace

EDITIONS = ("editionable", "noneditionable")
# What DROP takes here in its own way.
DROPPED = (
    "table", "index", "trigger", "view", "materialized", "package", "synonym", "directory", "context", "type", "public",
)  # fmt: skip


def create(cursor: Cursor) -> Iterator[Action] | None:
    start = cursor.position
    traits = {"or replace"} if cursor.take("or", "replace") else set()
    while word := cursor.take_any(*EDITIONS, "unique", "bitmap", "force", "public", "private", "multivalue"):
        traits.add(word)
    if cursor.take("index"):
        return create_index(cursor, traits - {"public", "private"})
    if cursor.take("trigger"):
        return create_trigger(cursor, traits)
    if cursor.take_any("procedure", "function", "package", "synonym", "directory", "context", "editioning"):
        what = cursor.tokens[cursor.position - 1].value
        cursor.take("body")
        if cursor.take("if", "not", "exists"):
            pass
        name = cursor.relation()
        cursor.rest()
        known = {"type": what, "volatility": "volatile", "words": frozenset[str]()}
        return iter([Action(Kind.CREATE_OBJECT, None, name, known, frozenset(traits - set(EDITIONS)))])
    if cursor.take("type"):
        cursor.take("body")
        name = cursor.relation()
        cursor.rest()
        return iter(
            [Action(Kind.CREATE_OBJECT, None, name, {"type": "type", "kind": "composite"}, frozenset(traits - set(EDITIONS)))]
        )
    if cursor.at("view") and traits:
        return objects.create_view(cursor, traits & {"or replace"})
    cursor.position = start
    return None


def create_index(cursor: Cursor, traits: set[str]) -> Iterator[Action]:
    """The common words, and then what Oracle adds after the columns."""
    depth, cut = 0, len(cursor.tokens)
    for number in range(cursor.position, len(cursor.tokens)):
        token = cursor.tokens[number]
        if token.kind == "op":
            depth += (token.value == "(") - (token.value == ")")
            if not depth and token.value == ")":
                cut = number + 1
                break
    common = Cursor(cursor.sql, cursor.tokens[:cut], cursor.backend)
    common.position = cursor.position
    actions = list(indexes.create_index(common, traits - {"bitmap", "multivalue"}))
    cursor.position = cut
    method = "bitmap" if "bitmap" in traits else None
    while not cursor.done:
        if cursor.take("online"):
            actions = [replace(action, traits=action.traits | {"online"}) for action in actions]
        elif cursor.take("tablespace"):
            cursor.identifier()
        elif cursor.take("indextype", "is"):
            method = "domain"
            cursor.rest()
        elif cursor.take("compress"):
            cursor.take("advanced")
            cursor.take_any("low", "high")
            if cursor.peek().kind == "number":
                cursor.next()
        elif cursor.at_any(*ATTRIBUTES, *INDEX_ATTRIBUTES):
            attribute(cursor)
        elif cursor.at_any("local", "global", "storage"):  # partitions of its own, and where they are kept
            cursor.rest()
        else:
            raise Unread(f"{cursor.shown()} in CREATE INDEX")
    for action in actions:
        yield replace(action, definition=replace(action.definition, method=method)) if method else action


def create_trigger(cursor: Cursor, traits: set[str]) -> Iterator[Action]:
    if cursor.take("if", "not", "exists"):
        traits.add("if not exists")
    name = cursor.relation()
    while not cursor.done and not cursor.at("on"):
        cursor.next()
    cursor.expect("on")
    if cursor.at_any("database", "schema", "nested"):
        yield Action(Kind.CREATE_OBJECT, None, name, {"type": "trigger"}, frozenset(traits - set(EDITIONS)))
    else:
        yield Action(Kind.CREATE_TRIGGER, cursor.relation(), name, None, frozenset(traits - set(EDITIONS)))
    cursor.rest()


def drop(cursor: Cursor) -> Iterator[Action] | None:
    what = cursor.take_any(*DROPPED)
    if what is None:
        return None
    if what == "public":
        cursor.next()
    cursor.take_any("view", "body", "log")
    traits = {"if exists"} if cursor.take("if", "exists") else set()
    name = cursor.relation()
    words = {token.value for token in cursor.rest()}
    if what == "table":
        traits |= ({"cascade constraints"} if "cascade" in words else set()) | ({"purge"} if "purge" in words else set())
        return iter([Action(Kind.DROP_TABLE, name, None, None, frozenset(traits))])
    if what == "index":
        return iter([Action(Kind.DROP_INDEX, None, name, None, frozenset(traits | words & {"online"}))])
    if what == "trigger":
        return iter([Action(Kind.DROP_TRIGGER, None, name, None, frozenset(traits))])
    if what in ("view", "materialized"):
        kind = Kind.DROP_VIEW if what == "view" else Kind.DROP_MATERIALIZED_VIEW
        return iter([Action(kind, name, None, None, frozenset(traits))])
    return iter([Action(Kind.DROP_OBJECT, None, name, {"type": "synonym" if what == "public" else what}, frozenset(traits))])


def alter(cursor: Cursor) -> Iterator[Action] | None:
    if cursor.take("index"):
        name = cursor.relation()
        if cursor.take("rename", "to"):
            return iter([Action(Kind.RENAME_INDEX, None, name, cursor.identifier())])
        words = {token.value for token in cursor.rest() if token.kind == "word"}
        if "rebuild" in words:
            return iter([Action(Kind.REINDEX, None, name, None, frozenset({"index"} | words & {"online"}))])
        return iter(
            [Action(Kind.ALTER_INDEX, None, name, None, frozenset(words & {"online", "unusable", "visible", "invisible"}))]
        )
    if cursor.take("session"):
        return session(cursor)
    if cursor.at_any("system", "database", "user", "profile", "tablespace"):
        cursor.rest()
        return iter([Action(Kind.SERVER, None, "alter system")])
    if cursor.take("trigger"):
        name = cursor.relation()
        cursor.rest()
        return iter([Action(Kind.SET_TRIGGER, None, name)])
    if what := cursor.take_any("package", "synonym", "procedure", "function", "view", "type"):
        name = cursor.relation()
        cursor.rest()
        return iter([Action(Kind.ALTER_OBJECT, None, name, {"type": what})])
    return None


def session(cursor: Cursor) -> Iterator[Action]:
    """ALTER SESSION SET a = b c = d."""
    if not cursor.take("set"):
        cursor.rest()
        yield Action(Kind.SET, None, "session", None, frozenset({"session"}))
        return
    while not cursor.done:
        name = cursor.identifier()
        cursor.take("=")
        yield Action(Kind.SET, None, name.lower(), cursor.next().value, frozenset({"session"}))


def truncate(cursor: Cursor) -> Iterator[Action]:
    if cursor.take("cluster"):
        raise Unread("TRUNCATE CLUSTER names no table")
    cursor.expect("table")
    table = cursor.relation()
    words = {token.value for token in cursor.rest()}
    yield Action(Kind.TRUNCATE, table, None, None, frozenset({"cascade"} if "cascade" in words else set()))
