"""The database at one point of the plan, folded from the statements themselves.

A catalog is persistent: folding an action returns a new one that shares what did not change, so an impact keeps the catalog
before and after it for nothing. Relations go by their name as the server would resolve it; a name in another schema than the
search path's first is kept with its schema.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import field
from functools import cache
from typing import Any, NamedTuple

from migration_lint.types import MigrationKey, record, replace

TABLE_IDS = itertools.count(1)


class SQLType(NamedTuple):
    """A type by its canonical name. `arguments` are length, precision and scale as written; `dimensions` counts `[]`."""

    name: str
    arguments: tuple[int | str, ...] = ()
    dimensions: int = 0

    def __str__(self) -> str:
        arguments = f"({', '.join(map(str, self.arguments))})" if self.arguments else ""
        head, _, tail = self.name.partition(" with") if self.arguments and self.name.startswith("time") else (self.name, "", "")
        return f"{head}{arguments}{' with' + tail if tail else ''}{'[]' * self.dimensions}"


@record()
class Expression:
    """An SQL expression, as text and as what matters of it."""

    text: str
    columns: frozenset[str] = frozenset()
    functions: frozenset[str] = frozenset()
    proves_not_null: frozenset[str] = frozenset()
    literal: bool = False
    is_null: bool = False
    cast: SQLType | None = None  # the whole of it is `column::type`


@record()
class Column:
    name: str
    type: SQLType | None = None
    not_null: bool = False
    default: Expression | None = None
    generated: str | None = None  # "stored" or "virtual"
    expression: Expression | None = None
    identity: bool = False
    collation: str | None = None
    charset: str | None = None
    comment: str | None = None


@record()
class Constraint:
    """`type` is check, unique, primary key, foreign key, exclude or not null."""

    type: str
    name: str | None = None
    columns: tuple[str, ...] = ()
    expression: Expression | None = None
    references: str | None = None
    referenced_columns: tuple[str, ...] = ()
    valid: bool = True
    using_index: str | None = None
    deferrable: bool = False
    deferred: bool = False  # checked at the commit, where nobody says otherwise
    on_delete: str = ""  # what becomes of the rows that refer to one that is deleted; nothing in most
    inherited: bool = False  # a partition's copy of its parent's
    clustered_columns: tuple[str, ...] = ()  # the covering columns of INCLUDE
    inline: bool = False  # a CHECK in the definition of a column
    nulls_distinct: bool = True

    @property
    def has_index(self) -> bool:
        return self.type in ("unique", "primary key", "exclude")


@record()
class Index:
    """`columns` has None where a key is an expression; `used` names every column that any part of it mentions."""

    name: str | None
    columns: tuple[str | None, ...] = ()
    unique: bool = False
    partial: bool = False
    used: frozenset[str] = frozenset()
    method: str = "btree"
    valid: bool = True
    opclasses: tuple[str | None, ...] = ()
    orders: tuple[str, ...] = ()
    options: bool = False
    constraint: str | None = None
    only: bool = False
    labels: tuple[str, ...] = ()  # what the server makes a name of where none is given: columns, functions, covering columns
    lengths: tuple[int | None, ...] = ()  # how many characters of each column it holds; None for all
    implicit: bool = False  # made by the server for a foreign key, until another serves it
    nulls_distinct: bool = True

    @property
    def is_expression(self) -> bool:
        return None in self.columns

    def begins_with(self, columns: tuple[str | None, ...]) -> bool:
        """Whether these columns come first in it, each as a whole."""
        count = len(columns)
        return self.columns[:count] == columns and not any(self.lengths[:count])


class Sequence(NamedTuple):
    table: str | None = None
    column: str | None = None


class Copied(NamedTuple):
    """The table that another was filled from, and by the filled columns what they were filled with: a column, or None."""

    table: Table
    columns: Mapping[str, str | None]


@record()
class Table:
    """A table or view. `known` is False where no statement made it or something opaque may have changed it."""

    name: str
    kind: str = "table"  # table, partitioned table, view, materialized view, foreign table
    columns: Mapping[str, Column] = field(default_factory=dict)
    constraints: Mapping[str, Constraint] = field(default_factory=dict)
    indexes: Mapping[str, Index] = field(default_factory=dict)
    made_by: MigrationKey | None = None
    known: bool = True
    id: int = field(default_factory=lambda: next(TABLE_IDS))
    former_names: tuple[tuple[MigrationKey | None, str], ...] = ()
    parents: tuple[str, ...] = ()  # inherited or partitioned from
    default_partition: bool = False
    uses: frozenset[str] = frozenset()  # the relations that a view reads
    text: str = ""  # the statement that made a view
    reads: frozenset[tuple[str, str]] = frozenset()  # their columns that it reads, each behind its relation
    words: frozenset[str] = frozenset()  # what may be a column in its text, `*` included
    options: Mapping[str, str] = field(default_factory=dict)  # engine, row_format, charset, collation, …, in lower case
    copied: Copied | None = None  # in the migration that made it
    written: frozenset[str] = frozenset()  # columns whose old rows a migration has changed; `*` where it deleted rows
    defaulted: frozenset[str] = frozenset()  # columns that were added with a default
    row_versions: int = 0  # how often columns were added or dropped in an instant since the rows were last written anew

    def foreign_keys(self) -> Iterator[Constraint]:
        for constraint in self.constraints.values():
            if constraint.type == "foreign key":
                yield constraint

    def is_written(self, column: str) -> bool:
        """Whether a migration has seen to the old rows of this column."""
        return column in self.written or "*" in self.written

    def proves_not_null(self, column: str) -> bool:
        """Whether a validated CHECK says that this column has no NULL."""
        return any(
            c.type == "check" and c.valid and c.expression and column in c.expression.proves_not_null
            for c in self.constraints.values()
        )


@cache
def stand_in(name: str) -> Table:
    return Table(name, known=False, id=0)


@record()
class Catalog:
    tables: Mapping[str, Table] = field(default_factory=dict)
    indexes: Mapping[str, str] = field(default_factory=dict)  # index → its table
    sequences: Mapping[str, Sequence] = field(default_factory=dict)
    types: Mapping[str, str] = field(default_factory=dict)  # name → enum, composite, range, base, domain, constrained domain
    functions: Mapping[str, str] = field(default_factory=dict)  # name → immutable, stable, volatile
    extensions: frozenset[str] = frozenset()
    collations: Mapping[str, bool] = field(default_factory=dict)  # name → deterministic
    triggers: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)
    own_settings: Mapping[str, str] = field(default_factory=dict)  # what the session begins with, and RESET goes back to

    def table(self, name: str) -> Table:
        """The table of this name, or a stand-in that is not `known`: a table nobody made exists."""
        found = self.tables.get(name)
        return found if found is not None else stand_in(name)

    def children(self, name: str) -> Iterator[tuple[Table, Constraint]]:
        """Foreign keys of other tables (and its own) that reference this one."""
        for table in self.tables.values():
            for constraint in table.constraints.values():
                if constraint.references == name:
                    yield table, constraint

    def views(self, name: str, column: str | None = None) -> Iterator[Table]:
        """The views that read a relation, or this column of it; not those on the views."""
        for view in self.tables.values():
            if name in view.uses and (column is None or (name, column) in view.reads or (name, "*") in view.reads):
                yield view

    def views_upon(self, name: str, column: str | None = None) -> Mapping[str, Table]:
        """The views that read a relation, or this column of it, and the views on those, by their names."""
        found = {view.name: view for view in self.views(name, column)}
        waiting = list(found)
        while waiting:
            more = {view.name: view for view in self.views(waiting.pop()) if view.name not in found}
            found.update(more)
            waiting += more
        return found

    def partitions(self, name: str) -> Iterator[Table]:
        for table in self.tables.values():
            if name in table.parents:
                yield table
                yield from self.partitions(table.name)

    def is_taken(self, name: str) -> bool:
        """Whether a relation of any kind has this name."""
        return name in self.tables or name in self.indexes or name in self.sequences

    def has_constraint(self, name: str) -> bool:
        return any(name in table.constraints for table in self.tables.values())

    def with_table(self, table: Table) -> Catalog:
        return replace(self, tables={**self.tables, table.name: table})

    def without(self, mapping: str, *names: str) -> Catalog:
        values: Mapping[str, Any] = getattr(self, mapping)
        changes: dict[str, Any] = {mapping: {key: value for key, value in values.items() if key not in names}}
        return replace(self, **changes)

    def taint(self, *names: str) -> Catalog:
        """Something opaque touched these tables: what is known of them may be wrong from here on."""
        tables = dict(self.tables)
        for name in names:
            tables[name] = replace(self.table(name), known=False)
        return replace(self, tables=tables)


@record()
class End(Catalog):
    """The database after the last migration of a plan, and the model states that it was to come to."""

    models: Mapping[tuple[str, str], Any] = field(default_factory=dict)
