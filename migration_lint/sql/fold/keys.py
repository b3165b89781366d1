"""Constraints and indexes."""

from __future__ import annotations

from migration_lint.sql.catalog import Catalog, Column, Constraint, Index
from migration_lint.sql.fold.names import Names
from migration_lint.types import Action, Kind, replace


class Keys(Names):
    """Folds what is added to, dropped from and renamed in a table's constraints and indexes."""

    def add_constraint(self, catalog: Catalog, action: Action) -> Catalog:
        assert action.table is not None
        catalog = self.constrain(catalog, action.table, action.definition)
        if "only" not in action.traits and catalog.table(action.table).kind == "partitioned table":
            added = list(catalog.table(action.table).constraints.values())[-1]
            for partition in list(catalog.partitions(action.table)):
                if action.table in partition.parents:
                    inherited = replace(action, table=partition.name, definition=self.for_partition(added))
                    catalog = self.add_constraint(catalog, inherited)
        return catalog

    def constrain(self, catalog: Catalog, name: str, constraint: Constraint) -> Catalog:
        table = catalog.table(name)
        index: Index | None = None
        indexes = dict(table.indexes)
        using = self.of_table(name, constraint.using_index) if constraint.using_index else None
        if using:
            index = table.indexes.get(using, Index(using, unique=True))
            indexes.pop(using, None)
            columns = tuple(column for column in index.columns if column)
            constraint = replace(constraint, columns=columns, name=constraint.name or constraint.using_index)
        if constraint.type == "foreign key" and not constraint.referenced_columns and constraint.references:
            key = next((c for c in catalog.table(constraint.references).constraints.values() if c.type == "primary key"), None)
            constraint = replace(constraint, referenced_columns=key.columns if key else ())
        given = constraint
        if not constraint.name or (constraint.type == "primary key" and "templates" in self.backend.names):
            constraint = replace(constraint, name=self.constraint_name(catalog, table, constraint))
        assert constraint.name is not None
        if constraint.has_index:
            used = frozenset((*constraint.columns, *constraint.clustered_columns))
            place = self.of_table(name, constraint.name)
            index = replace(
                index or Index(place, constraint.columns, constraint.type != "exclude", used=used),
                name=place,
                constraint=constraint.name,
            )
            indexes[place] = index
        columns_now = dict(table.columns)
        if constraint.type == "primary key" or (constraint.type == "not null" and constraint.valid):
            for column in constraint.columns:
                columns_now[column] = replace(columns_now.get(column, Column(column)), not_null=True)
        catalog = catalog.with_table(
            replace(
                table,
                columns=columns_now,
                constraints={**table.constraints, constraint.name: constraint},
                indexes=indexes,
            )
        )
        if index is None:
            return self.index_for_key(catalog, name, given) if constraint.type == "foreign key" else catalog
        catalog = self.without_implicit(catalog, name, index)
        kept = {key: owner for key, owner in catalog.indexes.items() if key != using}
        return replace(catalog, indexes={**kept, self.of_table(name, constraint.name): name})

    def index_for_key(self, catalog: Catalog, name: str, key: Constraint) -> Catalog:
        """A foreign key needs an index: the server makes one, under the key's name, unless there is another that serves it."""
        if not self.backend.settings.get("foreign_keys_make_indexes"):
            return catalog
        for index in catalog.table(name).indexes.values():
            if index.begins_with(key.columns) and not (index.implicit and index.columns == key.columns):
                return catalog
        made = Index(key.name, key.columns, used=frozenset(key.columns), orders=("ASC",) * len(key.columns), implicit=True)
        return self.create_index(catalog, Action(Kind.CREATE_INDEX, name, key.name, made))

    def without_implicit(self, catalog: Catalog, name: str, made: Index) -> Catalog:
        """What the server made for a foreign key goes when an index that serves it is made."""
        table = catalog.table(name)
        gone = {
            key
            for key, index in table.indexes.items()
            if index.implicit and key != made.name and made.begins_with(index.columns)
        }
        if not gone:
            return catalog
        kept = {key: index for key, index in table.indexes.items() if key not in gone}
        return catalog.with_table(replace(table, indexes=kept)).without("indexes", *gone)

    def drop_constraint(self, catalog: Catalog, action: Action) -> Catalog:
        assert action.table is not None
        table = catalog.table(action.table)
        name = action.name or ""
        constraint = table.constraints.get(name)
        columns = dict(table.columns)
        if constraint is not None and constraint.type == "not null":
            for column in constraint.columns:
                columns[column] = replace(columns.get(column, Column(column)), not_null=False)
        catalog = catalog.with_table(
            replace(
                table,
                columns=columns,
                constraints={key: c for key, c in table.constraints.items() if key != name},
                indexes={key: index for key, index in table.indexes.items() if index.constraint != name},
            )
        )
        catalog = catalog.without("indexes", *(key for key, index in table.indexes.items() if index.constraint == name))
        if constraint is not None and "cascade" in action.traits:
            for child, reference in list(catalog.children(table.name)):
                if set(reference.referenced_columns) == set(constraint.columns):
                    catalog = self.drop_constraint(catalog, Action(Kind.DROP_CONSTRAINT, child.name, reference.name))
        return catalog

    def rename_constraint(self, catalog: Catalog, action: Action) -> Catalog:
        assert action.table is not None
        assert action.name is not None
        table = catalog.table(action.table)
        old, new = action.name, action.definition
        if (index := self.of_table(table.name, old)) in table.indexes:
            return self.rename_index(catalog, Action(Kind.RENAME_INDEX, None, index, new))
        constraints = {new if k == old else k: replace(c, name=new) if k == old else c for k, c in table.constraints.items()}
        return catalog.with_table(replace(table, constraints=constraints))

    def validate_constraint(self, catalog: Catalog, action: Action) -> Catalog:
        assert action.table is not None
        table = catalog.table(action.table)
        constraint = table.constraints.get(action.name or "")
        if constraint is None or constraint.name is None:
            return catalog
        columns = dict(table.columns)
        if constraint.type == "not null":
            for column in constraint.columns:
                columns[column] = replace(columns.get(column, Column(column)), not_null=True)
        constraints = {**table.constraints, constraint.name: replace(constraint, valid=True)}
        return catalog.with_table(replace(table, columns=columns, constraints=constraints))

    def create_index(self, catalog: Catalog, action: Action) -> Catalog:
        assert action.table is not None
        index: Index = action.definition
        name = index.name
        owner = action.table
        if name is None:
            words = self.key_words(index.labels or (column or "expr" for column in index.columns))
            base = owner.rpartition(".")[2]
            if "templates" in self.backend.names:
                name = self.from_template(catalog, catalog.table(owner), Constraint("unique", None, (words[0],)))
            else:
                name = self.free_name(
                    base, *words, label="idx", taken=lambda found: catalog.is_taken(self.beside(owner, found))
                )
        name = self.of_table(owner, name)
        if name in catalog.indexes:
            if "or replace" not in action.traits:
                return catalog
            catalog = self.drop_index(catalog, Action(Kind.DROP_INDEX, None, name))
        table = catalog.table(action.table)
        catalog = catalog.with_table(replace(table, indexes={**table.indexes, name: replace(index, name=name)}))
        catalog = replace(catalog, indexes={**catalog.indexes, name: table.name})
        catalog = self.without_implicit(catalog, table.name, replace(index, name=name))
        if not index.only:
            for partition in list(catalog.partitions(table.name)):
                if table.name in partition.parents:
                    catalog = self.create_index(
                        catalog, replace(action, table=partition.name, definition=replace(index, name=None))
                    )
        return catalog

    def drop_index(self, catalog: Catalog, action: Action) -> Catalog:
        name = action.name or ""
        owner = catalog.indexes.get(name)
        if owner is None:
            return catalog
        table = catalog.table(owner)
        constraint = table.indexes[name].constraint if name in table.indexes else None  # a key may be dropped as an index
        table = replace(
            table,
            indexes={key: index for key, index in table.indexes.items() if key != name},
            constraints={key: c for key, c in table.constraints.items() if key != constraint},
        )
        return catalog.with_table(table).without("indexes", name)

    def rename_index(self, catalog: Catalog, action: Action) -> Catalog:
        old = action.name or ""
        new = self.beside(old, action.definition)
        owner = catalog.indexes.get(old)
        if owner is None:
            return catalog
        table = catalog.table(owner)
        before, after = table.indexes[old].constraint, new.rpartition(".")[2]
        indexes = {
            new if key == old else key: replace(i, name=new, constraint=i.constraint and after) if key == old else i
            for key, i in table.indexes.items()
        }
        constraints = {
            after if k == before else k: replace(c, name=after) if k == before else c for k, c in table.constraints.items()
        }
        catalog = catalog.with_table(replace(table, indexes=indexes, constraints=constraints))
        return replace(catalog, indexes={new if key == old else key: name for key, name in catalog.indexes.items()})
