"""A model and its table through the statements of a migration: whether the one still finds the other, and since when not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from django.db.migrations.state import ModelState

from migration_lint import backends
from migration_lint.running import Use, is_named, is_same
from migration_lint.types import Action, Impact, Kind, MigrationImpact, Statement, replace

if TYPE_CHECKING:
    from migration_lint.sql.catalog import Catalog, Column, Table

WHOLE = ""  # among the columns that are gone: the table itself


@dataclass
class Course:
    """One model and its table, from the first state to the last; the step between two states is a statement.

    `known` is the name by which the model asks for the table.
    """

    migration: MigrationImpact
    steps: Sequence[tuple[Impact, Statement]]
    states: Sequence[Catalog]
    table: Table
    model: ModelState
    uses: list[Use]
    known: str
    found: dict[int, Table | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.uses = [self.spelled(use) for use in self.uses]

    def spelled(self, use: Use) -> Use:
        """The use by the name that the column has in the table, which may be cut or in another case."""
        if use.column in self.table.columns:
            return use
        name = next((name for name in self.table.columns if is_named(name, use.column)), use.column)
        return replace(use, column=name)

    @cached_property
    def gone(self) -> list[set[str]]:
        """What statements have taken from a table of which nobody knows what it has, before each of them and in the end."""
        gone: set[str] = set()
        found = [set(gone)]
        for _, statement in self.steps:
            for action in statement.actions:
                if (
                    not action.table
                    or statement.before is None
                    or not is_same(statement.before.table(action.table), self.table)
                ):
                    continue
                if action.kind in (Kind.DROP_TABLE, Kind.RENAME_TABLE, Kind.DROP_VIEW):
                    gone.add(WHOLE)
                elif action.kind in (Kind.DROP_COLUMN, Kind.RENAME_COLUMN):
                    gone.add(action.name or "")
                if action.kind in (Kind.ADD_COLUMN, Kind.RENAME_COLUMN):
                    gone.discard(action.definition if action.kind is Kind.RENAME_COLUMN else action.name)
            found.append(set(gone))
        return found

    # The states.

    def relation(self, place: int) -> Table | None:
        """The table, under whatever name, or else what has taken its name."""
        if place not in self.found:
            self.found[place] = self.find(place)
        return self.found[place]

    def find(self, place: int) -> Table | None:
        tables = self.states[place].tables
        own = tables.get(self.table.name)
        if own is not None and is_same(own, self.table):
            return own
        if self.table.id:
            own = next((other for other in tables.values() if other.id == self.table.id), None)
            return own or tables.get(self.known)
        return None if WHOLE in self.gone[place] else self.table

    def is_reached(self, place: int) -> bool:
        """Whether what the model's queries name leads to its table, or to what stands in for it."""
        relation = self.relation(place)
        if relation is None or not relation.id:
            return relation is not None
        named = self.states[place].tables.get(self.known)
        if named is None or named is relation:
            return named is not None
        if "view" in named.kind and backends.load(self.migration.target.vendor).settings.get("views_are_read_only"):
            return False
        return not any(is_without(named, use.column) for use in self.uses)

    def lacks(self, place: int, column: str) -> bool:
        relation = self.relation(place)
        if relation is None:
            return True
        if not relation.known and column not in relation.columns:
            return column in self.gone[place]
        return is_without(relation, column)

    def column(self, place: int, name: str) -> Column | None:
        relation = self.relation(place)
        return relation.columns.get(name) if relation is not None else None

    def cause(self, fails: Callable[[int], bool]) -> int | None:
        """The step after which it fails for good; None where it does not, or did from the first."""
        end = len(self.steps)
        if not fails(end) or fails(0):
            return None
        return next(place for place in range(end - 1, -1, -1) if not fails(place))

    def acts(self, place: int, *kinds: Kind, name: str | None = None) -> Action | None:
        """The first action of these kinds in a step."""
        actions = self.steps[place][1].actions
        return next((a for a in actions if a.kind in kinds and (name is None or a.name == name)), None)


def is_without(relation: Table, column: str) -> bool:
    """Whether a query of the relation cannot name the column. What a view has is what its text names, or all of it."""
    if "view" in relation.kind:
        return relation.known and not relation.words & {column, "*"}
    return relation.known and column not in relation.columns
