"""A statement's action beside the rows of its table: what is known of them from earlier migrations. Public, for rules."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from migration_lint import spelling
from migration_lint.running import is_same, is_settled, is_unwritten, same_table
from migration_lint.types import Action, Effect, Impact, Kind, MigrationImpact, Statement

if TYPE_CHECKING:
    from migration_lint.sql.catalog import Column, Table


class Danger(NamedTuple):
    """What the statement fails on, and how to look for it.

    `sure`: any row at all is enough. `rare`: only what grows for years gets there, such as a number behind the end of a type.
    """

    statement: Statement
    effect: Effect | None
    relation: str
    message: str
    help: str
    sure: bool = False
    rare: bool = False


class Case(NamedTuple):
    """One action on a table in use, with all that is around it."""

    impact: Impact
    migration: MigrationImpact
    statement: Statement
    action: Action
    table: Table
    effect: Effect | None

    def danger(self, message: str, help: str, sure: bool = False, rare: bool = False) -> Danger:
        return Danger(self.statement, self.effect, self.table.name, message, help, sure, rare)

    @property
    def ways(self) -> spelling.Ways:
        return spelling.ways(self.impact)

    @property
    def start(self) -> Table | None:
        """The table as the migration found it."""
        return same_table(self.migration.before.tables, self.table)

    def column(self, name: str) -> Column | None:
        """The column as it is, or as the same statement adds it."""
        for action in self.statement.actions:
            if action.kind is Kind.ADD_COLUMN and action.name == name and action.table == self.action.table:
                added: Column = action.definition
                return added
        return self.table.columns.get(name)

    def has_default(self, name: str) -> bool:
        """Whether the column came with a value for the old rows."""
        if name in self.table.columns:
            return name in self.table.defaulted
        column = self.column(name)
        return column is not None and column.default is not None and not column.default.is_null

    def before(self, columns: Iterable[str]) -> tuple[str, ...]:
        """The names that these columns had when the migration began."""
        names = list(columns)
        for _, statement in reversed(self.migration.timeline):
            if statement.position > self.statement.position or statement.before is None:
                continue
            for action in reversed(statement.actions):
                if action.kind is Kind.RENAME_COLUMN and is_same(statement.before.table(action.table or ""), self.table):
                    names = [action.name or "" if name == action.definition else name for name in names]
        return tuple(names)

    def is_settled(self, column: str) -> bool:
        return is_settled(self.migration, self.table, column, self.statement)

    def is_new(self, column: str) -> bool:
        if self.table.known and column not in self.table.columns:
            return not any(
                action.kind is Kind.RENAME_COLUMN and action.definition == column for action in self.statement.actions
            )
        return is_unwritten(self.migration, self.table, column, self.statement)

    @property
    def answer(self) -> str:
        return f" ({self.effect.fails})" if self.effect is not None and self.effect.fails else ""
