"""The names that a server makes up, and what belongs to a column or a partition."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import count

from migration_lint.backends import Backend
from migration_lint.sql.catalog import Catalog, Column, Constraint, Sequence, Table
from migration_lint.types import MigrationKey, replace


class Names:
    """What every fold needs: the backend, the migration that the statements belong to, and names."""

    def __init__(self, backend: Backend) -> None:
        self.backend = backend
        self.migration: MigrationKey | None = None

    def object_name(self, *parts: str, label: str) -> str:
        """Table and columns joined, the longer cut first until it fits beside the label: PostgreSQL's makeObjectName()."""
        first, second = parts[0], "_".join(parts[1:])
        room = self.backend.name_limit - len(label) - 1 - (1 if second else 0)
        one, two = len(first.encode()), len(second.encode())
        while one + two > room:
            if one > two:
                one -= 1
            else:
                two -= 1
        pieces = [
            first.encode()[:one].decode("utf-8", "ignore"),
            second.encode()[:two].decode("utf-8", "ignore"),
            label,
        ]
        return "_".join(piece for piece in pieces if piece)

    def free_name(self, *parts: str, label: str, taken: Callable[[str], bool]) -> str:
        for number in count():
            name = self.object_name(*parts, label=f"{label}{number or ''}")
            if not taken(name):
                return name
        raise AssertionError("unreachable")

    def beside(self, relation: str, name: str) -> str:
        """The name of something that lives in the same schema as this relation."""
        schema, dot, _ = relation.rpartition(".")
        return f"{schema}{dot}{name}" if "." not in name else name

    def key_words(self, labels: Iterable[str]) -> list[str]:
        """An index's columns as they stand in its name: each a different word, PostgreSQL's ChooseIndexColumnNames()."""
        words: list[str] = []
        for label in labels:
            words.append(next(word for number in count() if (word := f"{label}{number or ''}") not in words))
        return words

    def constraint_name(self, catalog: Catalog, table: Table, constraint: Constraint) -> str:
        label = self.backend.names[constraint.type]
        columns = tuple(self.key_words((*constraint.columns, *constraint.clustered_columns)))
        if constraint.type == "primary key":
            columns = ()
        elif constraint.type == "check":
            used = [name for name in table.columns if constraint.expression and name in constraint.expression.columns]
            columns = (used[0],) if len(used) == 1 else ()

        def taken(name: str) -> bool:
            return (
                name in table.constraints
                or (constraint.has_index and catalog.is_taken(self.beside(table.name, name)))
                or catalog.has_constraint(name)
            )

        return self.free_name(table.name.rpartition(".")[2], *columns, label=label, taken=taken)

    def for_partition(self, constraint: Constraint) -> Constraint:
        """A partitioned table's constraint as its partitions have it: one with an index gets a name of its own."""
        return replace(constraint, name=None if constraint.has_index else constraint.name, using_index=None, inherited=True)

    def own_sequence(self, catalog: Catalog, table: str, column: Column) -> Catalog:
        serial = column.type is not None and column.type.name in self.backend.server.get("serial_types", {})
        if not (column.identity or serial):
            return catalog
        name = self.free_name(
            table.rpartition(".")[2],
            column.name,
            label="seq",
            taken=lambda found: catalog.is_taken(self.beside(table, found)),
        )
        return replace(catalog, sequences={**catalog.sequences, self.beside(table, name): Sequence(table, column.name)})

    def rename_sequence(self, catalog: Catalog, old: str, new: str) -> Catalog:
        return replace(catalog, sequences={new if key == old else key: value for key, value in catalog.sequences.items()})
