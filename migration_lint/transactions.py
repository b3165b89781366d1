"""What shares a transaction, and what that does. Public, for rules."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from django.db.migrations import RunPython

from migration_lint import backends
from migration_lint.python.source import callees, definition
from migration_lint.sql.catalog import Table
from migration_lint.sql.lexer import LexError, Token, split
from migration_lint.types import Action, Impact, Kind, MigrationImpact, Statement, Target


def place(impact: Impact) -> str:
    """`operation 0 (AddField)`, as reports count them."""
    number = ".".join(map(str, impact.step.index))
    return f"operation {number} ({type(impact.step.operation).__name__})"


def function(impact: Impact) -> str:
    """What a RunPython's code is called."""
    code = getattr(impact.step.operation, "code", None)
    return getattr(code, "__name__", None) or type(code).__name__


def tokens(statement: Statement, target: Target) -> list[Token]:
    try:
        return [token for piece in split(statement.sql, backends.load(target.vendor).dialect) for token in piece.tokens]
    except LexError:
        return []


# What cannot run inside a transaction.

BY_THEMSELVES = (Kind.CREATE_INDEX, Kind.DROP_INDEX, Kind.REINDEX)
OF_THE_SERVER = ("create database", "create tablespace", "alter system")


def needing_none(statement: Statement) -> Iterator[Action]:
    """The actions of the statement that cannot run inside a transaction."""
    concurrent = {id(effect.source) for effect in statement.effects if effect.concurrent}
    for action in statement.actions:
        if (
            id(action) in concurrent
            or (action.kind in BY_THEMSELVES and "concurrently" in action.traits)
            or action.kind is Kind.VACUUM
            or (action.kind is Kind.SERVER and action.name in OF_THE_SERVER)
            or (action.kind is Kind.DROP_OBJECT and action.definition["type"] in ("database", "tablespace"))
        ):
            yield action


# Values of enums.

UNEVALUATED = {Kind.ALTER_ENUM, Kind.ALTER_OBJECT, Kind.COMMENT, Kind.CREATE_OBJECT}


def added_values(migration: MigrationImpact) -> Iterator[tuple[Impact, Statement, str, str]]:
    """What the migration adds to enums, in transactions that it does more in: the enum and the value."""
    made: dict[str, int] = {}
    since = backends.load(migration.target.vendor).server.get("values_of_new_enums_are_usable")
    free = since is not None and migration.target.version >= backends.version_tuple(since)
    for impact, statement in migration.timeline:
        for action in statement.actions if statement.transaction is not None else ():
            if action.kind is Kind.CREATE_OBJECT and free and statement.transaction is not None:
                made[plain(action.name)] = statement.transaction
            elif action.kind is Kind.ALTER_ENUM and action.traits & {"add value"}:
                name = plain(action.name)
                if made.get(name) != statement.transaction:
                    words = [word for word in action.definition[2:] if word not in ("if", "not", "exists")]
                    yield impact, statement, name, words[0] if words else ""


def plain(name: str | None) -> str:
    return (name or "").rpartition(".")[2].lower()


def uses_value(statement: Statement, target: Target, enum: str, value: str) -> bool:
    """Whether the statement has the value as one of this enum, as far as its tables tell."""
    if all(
        action.kind in (Kind.ALTER_ENUM, Kind.ALTER_OBJECT, Kind.COMMENT, Kind.CREATE_OBJECT) for action in statement.actions
    ):
        evaluated = any(is_sql_function(action) for action in statement.actions)
        return evaluated and any(f"'{value}'" in token.value for token in tokens(statement, target) if token.kind == "string")
    if value not in statement.sql:
        return False
    found = tokens(statement, target)
    block = found[0].value == "do" if found else False
    if not any(t.kind == "string" and (t.value == value or (block and f"'{value}'" in t.value)) for t in found):
        return False
    return any(t.kind in ("word", "name") and t.value.lower() == enum for t in found) or any(
        has_column(statement, action, enum) for action in statement.actions
    )


def names_value(impact: Impact, enum: str, value: str) -> bool:
    """Whether a RunPython's function has the value as a constant, where there are tables with such an enum."""
    operation = impact.step.operation
    if not isinstance(operation, RunPython):
        return False
    if not any(has_type(table, enum) for table in impact.before.tables.values()):
        return False
    for callee in callees(operation.code):
        node = definition(callee.function)
        if node is not None and any(isinstance(each, ast.Constant) and each.value == value for each in ast.walk(node)):
            return True
    return False


def is_sql_function(action: Action) -> bool:
    """Whether a function is created whose body the server reads at once."""
    definition: Any = action.definition
    return action.kind is Kind.CREATE_OBJECT and definition["type"] == "function" and "sql" in definition["words"]


def has_column(statement: Statement, action: Action, enum: str) -> bool:
    """Whether a table of the action has a column of this type, or nobody knows its columns."""
    if action.table is None or statement.before is None:
        return False
    table = statement.before.table(action.table)
    return not table.known or has_type(table, enum)


def has_type(table: Table, enum: str) -> bool:
    return any(plain(column.type.name) == enum for column in table.columns.values() if column.type is not None)
