"""Queries for the rows that stand in the way of a statement, to be run before it. Public, for rules; names come unquoted."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from migration_lint.rows.conversions import Trouble, family
from migration_lint.spelling import Ways

if TYPE_CHECKING:
    from migration_lint.sql.catalog import Constraint, SQLType, Table


def is_checked(table: Table, column: str) -> bool:
    """Whether a valid CHECK bounds what the column holds: then somebody has thought of it."""
    return any(
        check.type == "check" and check.valid and check.expression and column in check.expression.columns and bounds_it(check)
        for check in table.constraints.values()
    )


def bounds_it(check: Constraint) -> bool:
    text = check.expression.text.lower() if check.expression else ""
    return "<" in text or "between" in text or " in (" in text


def misfits(ways: Ways, table: str, column: str, old: SQLType, found: Iterable[Trouble]) -> str:
    """The rows whose values do not fit the new type; '' where no plain query tells."""
    facts, name, asked = ways.backend.conversions, ways.quoted(column), []
    for trouble in found:
        if trouble.kind == "too long":
            text = name if family(old, facts) == "text" else f"CAST({name} AS {facts['as_text']})"
            asked.append(f"CHAR_LENGTH({text}) > {trouble.limit}")
        elif trouble.kind == "fraction" and trouble.limit is not None and family(old, facts) == "number":
            asked.append(f"{name} <> ROUND({name}, {trouble.limit})")
        elif trouble.kind == "out of range" and trouble.limit is not None:
            asked.append(f"ABS({name}) > {trouble.limit}")
        elif trouble.kind == "truth":
            asked.append(f"{name} NOT IN (0, 1)")
        elif trouble.kind == "time of day":
            asked.append(f"CAST({name} AS time) <> '00:00:00'")
    return f"SELECT * FROM {ways.quoted(table)} WHERE {' OR '.join(asked)};" if asked else ""


def duplicates(ways: Ways, table: str, columns: Iterable[str]) -> str:
    """The values that more than one row has."""
    names = ", ".join(map(ways.quoted, columns))
    return f"SELECT {names}, COUNT(*) FROM {ways.quoted(table)} GROUP BY {names} HAVING COUNT(*) > 1;"


def nulls(ways: Ways, table: str, column: str) -> str:
    return f"SELECT COUNT(*) FROM {ways.quoted(table)} WHERE {ways.quoted(column)} IS NULL;"


def breaking(ways: Ways, table: str, condition: str) -> str:
    """The rows that a CHECK refuses."""
    return f"SELECT * FROM {ways.quoted(table)} WHERE NOT ({condition});"
