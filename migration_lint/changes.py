"""What a migration leaves in the database that it did not find there. Public, for rules about how tables are made."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.db.migrations import RunPython, RunSQL

from migration_lint.running import same_table
from migration_lint.types import Impact, Kind, MigrationImpact, Statement, record

if TYPE_CHECKING:
    from migration_lint.sql.catalog import Column, Index, Table

READ_ONLY = {Kind.SELECT, Kind.SELECT_FOR_UPDATE, Kind.INSERT, Kind.UPDATE, Kind.DELETE, Kind.COPY, Kind.LOCK_TABLE}


@record()
class Changed:
    """A table that is new or not what it was, as the migration leaves it."""

    migration: MigrationImpact
    before: Table | None
    after: Table

    @property
    def is_new(self) -> bool:
        return self.before is None and self.after.known

    @property
    def is_known(self) -> bool:
        """Whether all that it has is known, and was before."""
        return self.after.known and (self.before is None or self.before.known)

    def columns(self) -> Iterator[Column]:
        """Those that are new, or of a new type; one that was renamed is not."""
        old = self.before.columns if self.before else {}
        for name, column in self.after.columns.items():
            former = old.get(self.former_name(name))
            if former is None or former.type != column.type:
                yield column

    def indexes(self) -> Iterator[Index]:
        """Those of which there was none like it, whatever its name was; none of a table that is not known."""
        if not self.is_known:
            return
        old = self.before.indexes if self.before else {}
        left = Counter(map(self.shape, old.values()))
        shapes = {name: self.shape(index, now=True) for name, index in self.after.indexes.items()}
        for name in sorted(shapes, key=lambda name: name not in old):
            left[shapes[name]] -= 1
            if left[shapes[name]] < 0:
                yield self.after.indexes[name]

    def shape(self, index: Index, now: bool = False) -> tuple[object, ...]:
        """What an index is but for its name. `now`: its columns have the names that the migration leaves."""
        columns = tuple(self.former_name(column) if now and column else column for column in index.columns)
        return columns, index.unique, index.partial, index.method, index.opclasses, index.options, index.labels

    def former_name(self, column: str) -> str:
        for _, statement in reversed(self.migration.timeline):
            for action in statement.actions:
                if action.kind is Kind.RENAME_COLUMN and action.definition == column and action.table in self.names:
                    column = action.name or column
        return column

    @property
    def names(self) -> set[str]:
        return {self.after.name, *(name for _, name in self.after.former_names)}

    def origin_of(self, index: Index) -> tuple[Impact, Statement] | None:
        """The statement that made the index, by its name, or else by its columns."""
        name = index.name or ""
        return self.origin(name, name.rpartition(".")[2]) or self.origin(*index.columns)

    def origin(self, *names: str | None) -> tuple[Impact, Statement] | None:
        """The last statement about the table that is about one of these columns, indexes or constraints, or that made it."""
        tables, remade = self.names, None
        for impact, statement in reversed(self.migration.timeline):
            for action in statement.actions:
                if action.kind is Kind.RENAME_TABLE and action.name in tables:  # perhaps it took another's place
                    remade = remade or (impact, statement)
                elif action.table in tables and (
                    action.kind is Kind.CREATE_TABLE or not {action.name, *mentioned(action.definition)}.isdisjoint(names)
                ):
                    return impact, statement
        return remade


def mentioned(definition: Any) -> tuple[str | None, ...]:
    """The columns of an index or a constraint, or the new name of a column."""
    if isinstance(definition, str):
        return (definition,)
    return tuple(getattr(definition, "columns", ()) or ()) if not isinstance(definition, dict) else ()


def changed_tables(migration: MigrationImpact) -> list[Changed]:
    """The tables that a migration's statements make or change.

    Kept on the migration: each rule about tables asks for the same.
    """
    known: list[Changed] | None = migration.__dict__.get("_changed")
    if known is None:
        known = migration.__dict__["_changed"] = list(find_changed(migration))
    return known


def find_changed(migration: MigrationImpact) -> Iterator[Changed]:
    if not migration.impacts:
        return
    names = {
        name: None
        for impact in migration.impacts
        for statement in impact.statements
        for action in statement.actions
        if action.kind not in READ_ONLY
        for name in (action.table, action.name if action.kind is Kind.RENAME_TABLE else None)
        if name is not None
    }
    for name in names:
        after = migration.after.tables.get(name)
        if after is None or after.kind not in ("table", "partitioned table"):
            continue
        before = same_table(migration.before.tables, after)
        if before is not after:
            yield Changed(migration, before, after)


def is_by_hand(impact: Impact) -> bool:
    """Whether the project wrote the operation's SQL itself, and Django did not."""
    return isinstance(impact.step.operation, RunSQL | RunPython)
