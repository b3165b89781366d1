"""The names that a server makes up, and what belongs to a column or a partition."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from itertools import count

from migration_lint.backends import Backend
from migration_lint.sql.catalog import Catalog, Column, Constraint, Sequence, Table
from migration_lint.types import MigrationKey, replace


def number_in(name: str, template: str, table: str) -> int:
    """The number that a name made by such a template of this table has; 0 for any other name."""
    start, _, _ = template.partition("{number}")
    number = name.removeprefix(start.replace("{table}", table))
    return int(number) if start.startswith("{table}") and start != template and number != name and number.isdecimal() else 0


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

    def of_table(self, table: str, name: str) -> str:
        """The name by which the catalog knows an index or key: where names are the table's own, the table comes first."""
        if not self.backend.names.get("indexes_of_tables"):
            return self.beside(table, name)
        return name if name.startswith(f"{table}.") else f"{table}.{name}"

    def key_words(self, labels: Iterable[str]) -> list[str]:
        """An index's columns as they stand in its name: each a different word, PostgreSQL's ChooseIndexColumnNames()."""
        words: list[str] = []
        for label in labels:
            words.append(next(word for number in count() if (word := f"{label}{number or ''}") not in words))
        return words

    def system_name(self, catalog: Catalog, table: Table, constraint: Constraint) -> str:
        """A number, as Oracle gives one to a constraint without a name; the same one in each run."""
        text = f"{table.name} {constraint.type} {constraint.columns} {constraint.expression and constraint.expression.text}"
        first = int(hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()[:8], 16)
        names = (f"{self.backend.names['system']}{number % 10**6:06}" for number in count(first))
        return next(name for name in names if name not in table.constraints and not catalog.has_constraint(name))

    def constraint_name(self, catalog: Catalog, table: Table, constraint: Constraint) -> str:
        if "templates" in self.backend.names:
            return self.from_template(catalog, table, constraint)
        if "system" in self.backend.names:
            return self.system_name(catalog, table, constraint)
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

    def from_template(self, catalog: Catalog, table: Table, constraint: Constraint) -> str:
        """The first name of the template that is free: `{column}`, `{column}_2`, … or numbered from 1 on.

        A name with its table's in it counts on from the highest instead.
        """
        templates = self.backend.names["templates"]
        template = str(templates.get(f"inline {constraint.type}" if constraint.inline else "") or templates[constraint.type])
        column = constraint.columns[0] if constraint.columns else ""
        numbers = [number_in(name, template, table.name) for name in table.constraints]
        for number in count(max(numbers, default=0) + 1):
            name = template.format(table=table.name, column=column, number=number)
            if "{number}" not in template and number > 1:
                name = f"{name}_{number}"
            free = name not in table.constraints and self.of_table(table.name, name) not in table.indexes and name != "primary"
            if free or (constraint.type == "primary key" and "{number}" not in template):
                return name if constraint.inline else self.backend.clip(name)  # what is inline has no name to clip
        raise AssertionError("unreachable")

    def is_made_of(self, name: str, table: str) -> bool:
        """Whether the server made this name of the table's."""
        return any(number_in(name, str(template), table) for template in self.backend.names.get("templates", {}).values())

    def with_not_null(self, catalog: Catalog, name: str) -> Catalog:
        """NOT NULL as the constraints that it is, where the server names those as it does all others."""
        table = catalog.table(name)
        bound = {c.columns[0] for c in table.constraints.values() if c.type == "not null" and c.valid}
        kept = {
            key: c
            for key, c in table.constraints.items()
            if c.type != "not null" or not c.valid or ((column := table.columns.get(c.columns[0])) and column.not_null)
        }
        for column in table.columns.values():
            if column.not_null and column.name not in bound:
                made = Constraint("not null", None, (column.name,))
                made = replace(made, name=self.system_name(catalog, replace(table, constraints=kept), made))
                kept[made.name or ""] = made
        return catalog if kept == table.constraints else catalog.with_table(replace(table, constraints=kept))

    def for_partition(self, constraint: Constraint) -> Constraint:
        """A partitioned table's constraint as its partitions have it: one with an index gets a name of its own."""
        return replace(constraint, name=None if constraint.has_index else constraint.name, using_index=None, inherited=True)

    def own_sequence(self, catalog: Catalog, table: str, column: Column) -> Catalog:
        serial = column.type is not None and column.type.name in self.backend.server.get("serial_types", {})
        if not (column.identity or serial) or "sequence" not in self.backend.names:
            return catalog
        name = self.free_name(
            table.rpartition(".")[2],
            column.name,
            label=self.backend.names["sequence"],
            taken=lambda found: catalog.is_taken(self.beside(table, found)),
        )
        return replace(catalog, sequences={**catalog.sequences, self.beside(table, name): Sequence(table, column.name)})

    def rename_sequence(self, catalog: Catalog, old: str, new: str) -> Catalog:
        return replace(catalog, sequences={new if key == old else key: value for key, value in catalog.sequences.items()})
