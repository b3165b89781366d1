"""Tables, views and partitions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from migration_lint.sql.catalog import TABLE_IDS, Catalog, Column, Table
from migration_lint.sql.fold.columns import Columns
from migration_lint.sql.fold.remade import filled, replaced, successor
from migration_lint.types import Action, Kind, replace

CHARACTERS = {"charset", "collate"}


def in_characters_of(table: Table, column: Column) -> Column:
    """The column, with what it has of its table written out; a table that says nothing is taken for one in utf8mb4."""
    if column.charset or column.collation or column.type is None or not column.type.name.endswith(("char", "text")):
        return column
    return replace(column, charset=table.options.get("charset", "utf8mb4"), collation=table.options.get("collate"))


class Tables(Columns):
    """Folds whole tables."""

    def create_table(self, catalog: Catalog, action: Action) -> Catalog:
        assert action.table is not None
        name = action.table
        if name in catalog.tables and "if not exists" in action.traits:
            return catalog
        if "or replace" in action.traits:
            catalog = self.drop_table(catalog, action)
        if "like" in action.traits:
            return self.alike(catalog, name, catalog.table(action.definition["like"][0]))
        kind = "partitioned table" if "partitioned" in action.traits else "table"
        definition = action.definition
        columns: dict[str, Column] = {}
        like = definition.get("like", ())
        for parent in (*definition["parents"], *like):
            columns.update(catalog.table(parent).columns)
        if like:  # what INCLUDING brings along is not followed, and the table not taken for known
            columns = {name: Column(name, c.type, c.not_null, collation=c.collation) for name, c in columns.items()}
        columns.update({column.name: column for column in definition["columns"]})
        table = Table(
            name, kind, columns, {}, {}, self.migration, known=action.kind is Kind.CREATE_TABLE and not like,
            parents=definition["parents"], default_partition="default partition" in action.traits,
            options=definition.get("options", {}),
        )  # fmt: skip
        catalog = catalog.with_table(table)
        for column in definition["columns"]:
            catalog = self.own_sequence(catalog, name, column)
        for constraint in definition["constraints"]:
            catalog = self.constrain(catalog, name, constraint)
        catalog = self.fill(catalog, action)
        if "partition of" in action.traits:
            for parent in definition["parents"]:
                for constraint in list(catalog.table(parent).constraints.values()):
                    catalog = self.constrain(catalog, name, self.for_partition(constraint))
                for index in list(catalog.table(parent).indexes.values()):
                    if index.constraint is None:
                        catalog = self.create_index(catalog, Action(Kind.CREATE_INDEX, name, None, replace(index, name=None)))
        return catalog

    def alike(self, catalog: Catalog, name: str, other: Table) -> Catalog:
        """CREATE TABLE … LIKE: all of the other table but its foreign keys."""
        constraints = {key: c for key, c in other.constraints.items() if c.type != "foreign key"}
        table = replace(
            other, name=name, constraints=constraints, made_by=self.migration, id=next(TABLE_IDS), former_names=(), copied=None
        )
        table = self.moved(table, other.name)
        return replace(catalog.with_table(table), indexes={**catalog.indexes, **dict.fromkeys(table.indexes, name)})

    def create_view(self, catalog: Catalog, action: Action) -> Catalog:
        assert action.table is not None
        kind = "materialized view" if action.kind is Kind.CREATE_MATERIALIZED_VIEW else "view"
        sources: tuple[tuple[str, str], ...] = action.definition["sources"]
        return catalog.with_table(
            Table(
                action.table,
                kind,
                made_by=self.migration,
                text=action.definition["text"],
                uses=frozenset(name for name, _ in sources),
                reads=frozenset(self.columns_read(catalog, sources, action.definition["columns"])),
                words=frozenset(word for _, word in action.definition["columns"]),
            )
        )

    def columns_read(
        self, catalog: Catalog, sources: tuple[tuple[str, str], ...], named: frozenset[tuple[str, str]]
    ) -> Iterator[tuple[str, str]]:
        """The columns that a query's words name; `*` stands for those of a table that nobody made."""
        for name, alias in sources:
            table = catalog.table(name)
            words = {word for owner, word in named if owner in ("", alias)}
            if "*" in words and table.columns and not self.backend.settings.get("views_keep_stars"):
                words |= set(table.columns)
            yield from ((name, word) for word in words if not table.columns or word in table.columns)

    def fill(self, catalog: Catalog, action: Action) -> Catalog:
        return filled(catalog, action, self.migration)

    def drop_table(self, catalog: Catalog, action: Action) -> Catalog:
        assert action.table is not None
        name = action.table
        if name not in catalog.tables:
            return catalog
        gone = {name}
        if "cascade" in action.traits:
            gone |= set(catalog.views_upon(name))
        gone |= {partition.name for partition in catalog.partitions(name)}
        tables = {key: table for key, table in catalog.tables.items() if key not in gone}
        for key, table in tables.items() if "cascade" in action.traits else ():
            if any(c.references in gone for c in table.constraints.values()):
                kept = {k: c for k, c in table.constraints.items() if c.references not in gone}
                tables[key] = replace(table, constraints=kept)
        return replace(
            catalog,
            tables=tables,
            indexes={index: owner for index, owner in catalog.indexes.items() if owner not in gone},
            sequences={key: value for key, value in catalog.sequences.items() if value.table not in gone},
            triggers={key: owner for key, owner in catalog.triggers.items() if owner not in gone},
        )

    def rename_table(self, catalog: Catalog, action: Action) -> Catalog:
        assert action.table is not None
        assert action.name is not None
        old, new = action.table, action.name
        if old in catalog.indexes:
            return self.rename_index(catalog, Action(Kind.RENAME_INDEX, None, old, new))
        if old in catalog.sequences:
            return self.rename_sequence(catalog, old, new)
        if "." in old and "." not in new and action.kind is Kind.RENAME_TABLE:
            new = f"{old.rpartition('.')[0]}.{new}"
        table = catalog.table(old)
        former = (*table.former_names, (self.migration, old))
        tables: dict[str, Table] = {}
        for key, other in catalog.tables.items():
            if key == old:
                continue
            if any(c.references == old for c in other.constraints.values()):
                constraints = {
                    k: replace(c, references=new) if c.references == old else c for k, c in other.constraints.items()
                }
                other = replace(other, constraints=constraints)
            if old in other.parents:
                other = replace(other, parents=tuple(new if parent == old else parent for parent in other.parents))
            if old in other.uses:
                reads = frozenset((new if relation == old else relation, column) for relation, column in other.reads)
                other = replace(other, uses=other.uses - {old} | {new}, reads=reads)
            tables[key] = other
        own = {k: replace(c, references=new) if c.references == old else c for k, c in table.constraints.items()}
        place = replaced(catalog, action)
        table = self.moved(replace(table, name=new, former_names=former, constraints=own), old)
        tables[new] = table if place is None else successor(place, table)
        owners = {index: owner for index, owner in catalog.indexes.items() if owner != old}
        return replace(
            catalog,
            tables=tables,
            indexes={**owners, **dict.fromkeys(tables[new].indexes, new)},
            sequences={
                key: value._replace(table=new) if value.table == old else value for key, value in catalog.sequences.items()
            },
            triggers={key: new if owner == old else owner for key, owner in catalog.triggers.items()},
        )

    def set_options(self, catalog: Catalog, action: Action) -> Catalog:
        if action.table is None or not isinstance(action.definition, Mapping):
            return catalog
        table, changed = catalog.table(action.table), action.definition
        kept = dict(table.options)
        if changed.keys() & CHARACTERS:  # either says both
            kept = {name: value for name, value in kept.items() if name not in CHARACTERS}
            if action.kind is Kind.CONVERT:
                columns = {name: replace(column, charset=None, collation=None) for name, column in table.columns.items()}
            else:
                columns = {name: in_characters_of(table, column) for name, column in table.columns.items()}
            table = replace(table, columns=columns)
        return catalog.with_table(replace(table, options={**kept, **changed}))

    def moved(self, table: Table, old: str) -> Table:
        """Indexes that are known by their table's name too, and constraints whose names were made of it, after it changed."""
        if self.backend.names.get("indexes_of_tables"):
            place = {key: self.of_table(table.name, key.removeprefix(f"{old}.")) for key in table.indexes}
            indexes = {place[key]: replace(index, name=place[key]) for key, index in table.indexes.items()}
            table = replace(table, indexes=indexes)
        names = {key: key.replace(old, table.name, 1) if self.is_made_of(key, old) else key for key in table.constraints}
        constraints = {names[key]: replace(c, name=names[key]) for key, c in table.constraints.items()}
        return replace(table, constraints=constraints)

    def set_schema(self, catalog: Catalog, action: Action) -> Catalog:
        assert action.table is not None
        assert action.name is not None
        base = action.table.rpartition(".")[2]
        return self.rename_table(catalog, replace(action, name=self.backend.relation([action.name, base])))

    def inherit(self, catalog: Catalog, action: Action) -> Catalog:
        assert action.table is not None
        if "no inherit" in action.traits or action.name is None or action.name not in catalog.tables:
            return catalog
        child = catalog.table(action.name)
        if action.table in child.parents:
            return catalog
        return catalog.with_table(replace(child, parents=(*child.parents, action.table)))

    def attach(self, catalog: Catalog, action: Action) -> Catalog:
        child = catalog.table(action.name or "")
        default = "default partition" in action.traits
        return catalog.with_table(replace(child, parents=(*child.parents, action.table or ""), default_partition=default))

    def detach(self, catalog: Catalog, action: Action) -> Catalog:
        child = catalog.table(action.name or "")
        own = {name: replace(constraint, inherited=False) for name, constraint in child.constraints.items()}
        parents = tuple(parent for parent in child.parents if parent != action.table)
        return catalog.with_table(replace(child, parents=parents, constraints=own))
