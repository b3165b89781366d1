"""The lock plan of migrations as plain data: what `explainmigration` prints, for people and for programs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from migration_lint.types import Effect, Impact, MigrationImpact, MigrationKey, Statement, backwards

SCHEMA_VERSION = 1


def effect_data(effect: Effect, release: frozenset[MigrationKey]) -> dict[str, Any]:
    return {
        "action": effect.action,
        "relation": effect.relation,
        "relation_before": effect.relation_before(release),
        "lock": effect.lock,
        "algorithm": effect.algorithm,
        "held": effect.held,
        "held_until": effect.held_until,
        "blocks": str(effect.blocks),
        "scans": effect.scans,
        "rewrites": effect.rewrites,
        "builds_index": effect.builds_index,
        "writes_rows": effect.writes_rows,
        "concurrent": effect.concurrent,
        "new_table": effect.is_new(release),
        "assumed": effect.assumed,
        "fact": effect.fact,
    }


def work(effect: Effect) -> list[str]:
    """What an effect does that takes time in proportion to the rows, as verbs."""
    return [
        word
        for word, is_so in (
            ("rewrites the table", effect.rewrites),
            ("builds an index", effect.builds_index),
            ("reads every row", effect.scans),
            ("changes rows", effect.writes_rows),
        )
        if is_so
    ]


def statement_data(statement: Statement, release: frozenset[MigrationKey]) -> dict[str, Any]:
    return {
        "sql": statement.sql,
        "deferred": statement.deferred,
        "transaction": statement.transaction,
        "unread": statement.unread,
        "effects": [effect_data(effect, release) for effect in statement.effects],
    }


def step_data(impacts: list[Impact], release: frozenset[MigrationKey]) -> dict[str, Any]:
    """One entry of `Migration.operations`; what stands inside a SeparateDatabaseAndState counts under its index."""
    first = impacts[0]
    step = first.step
    operation = step.parent or step.operation
    reversible = all(impact.reversible for impact in impacts)
    reverses = [impact.reverse for impact in reversed(impacts) if impact.reverse is not None]
    statements = sorted((s for impact in impacts for s in impact.statements), key=lambda s: (s.deferred, s.position))
    reverse = None
    if reversible and reverses:
        way_back = frozenset({backwards(step.key)})
        reverse = {"statements": [statement_data(s, way_back) for item in reverses for s in item.statements]}
    return {
        "operation_index": step.index[0],
        "operation": type(operation).__name__,
        "path": step.location.path,
        "line": step.location.line,
        "unread": "; ".join(dict.fromkeys(impact.unread for impact in impacts if impact.unread)) or None,
        "statements": [statement_data(s, release) for s in statements],
        "reversible": reversible,
        "reverse": reverse,
    }


def migration_data(impact: MigrationImpact) -> dict[str, Any]:
    by_index: dict[int, list[Impact]] = {}
    for part in impact.impacts:
        by_index.setdefault(part.step.index[0], []).append(part)
    return {
        "app_label": impact.key[0],
        "migration": impact.key[1],
        "atomic": bool(impact.migration.atomic),
        "steps": [step_data(parts, impact.release) for _, parts in sorted(by_index.items())],
    }


def explain_data(migrations: list[dict[str, Any]], target: str, errors: Iterable[str] = ()) -> dict[str, Any]:
    return {
        "schema_version": SCHEMA_VERSION,
        "target": target,
        "errors": list(errors),
        "migrations": migrations,
    }
