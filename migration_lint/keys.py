"""Foreign keys that an operation drops only to add them again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from migration_lint.types import Effect, Impact, Kind, Statement, record


@record()
class Dropped:
    """A foreign key that was there; `columns` go by their names of now."""

    table: object
    columns: tuple[str, ...]
    parent: object
    statement: Statement


def churned(impact: Impact) -> Iterator[tuple[Dropped, Statement, Effect]]:
    """Foreign keys that are added, and checked, on columns that had one before in this operation."""
    gone: list[Dropped] = []
    for statement in impact.statements:
        for action in statement.actions:
            if action.kind is Kind.DROP_CONSTRAINT and statement.before and action.table:
                table = statement.before.table(action.table)
                key = table.constraints.get(action.name or "")
                if key is not None and key.type == "foreign key" and key.references:
                    parent = statement.before.table(key.references)
                    gone.append(Dropped(table.id or table.name, key.columns, parent.id or parent.name, statement))
            elif action.kind is Kind.RENAME_COLUMN and statement.before and action.table:
                table = statement.before.table(action.table)
                gone = [renamed(each, table.id or table.name, action.name, action.definition) for each in gone]
        for effect in statement.effects:
            definition: Any = effect.source.definition if effect.source else None
            if (
                effect.source is None
                or effect.source.kind is not Kind.ADD_CONSTRAINT
                or definition.type != "foreign key"
                or not effect.scans
                or effect.relation != effect.source.table
            ):
                continue
            for dropped in gone:
                if dropped.table == effect.relation_key and dropped.columns == definition.columns:
                    yield dropped, statement, effect
                    break


def renamed(dropped: Dropped, table: object, old: str | None, new: Any) -> Dropped:
    if dropped.table != table:
        return dropped
    columns = tuple(str(new) if column == old else column for column in dropped.columns)
    return Dropped(dropped.table, columns, dropped.parent, dropped.statement)
