"""Action and Catalog → Catalog: what the database is after a statement. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from itertools import count
from typing import Any

from migration_lint.backends import Backend
from migration_lint.sql.catalog import Catalog, Column, Constraint, Expression, Index, Sequence, Table
from migration_lint.types import Action, Kind, MigrationKey


class Fold:
    """Folds actions for one backend; `migration` is the one that the statements belong to."""

    def __init__(self, backend: Backend) -> None:
        self.backend = backend
        self.migration: MigrationKey | None = None

    def __call__(self, catalog: Catalog, action: Action) -> Catalog:
        handler = HANDLERS.get(action.kind)
        return handler(self, catalog, action) if handler else catalog

    # Names that the server makes up.

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

    # Tables.

    def create_table(self, catalog: Catalog, action: Action) -> Catalog:
        assert action.table is not None
        name = action.table
        if name in catalog.tables and "if not exists" in action.traits:
            return catalog
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
        )  # fmt: skip
        catalog = catalog.with_table(table)
        for column in definition["columns"]:
            catalog = self.own_sequence(catalog, name, column)
        for constraint in definition["constraints"]:
            catalog = self.constrain(catalog, name, constraint)
        if "partition of" in action.traits:
            for parent in definition["parents"]:
                for constraint in list(catalog.table(parent).constraints.values()):
                    catalog = self.constrain(catalog, name, self.for_partition(constraint))
                for index in list(catalog.table(parent).indexes.values()):
                    if index.constraint is None:
                        catalog = self.create_index(catalog, Action(Kind.CREATE_INDEX, name, None, replace(index, name=None)))
        return catalog

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

    def create_view(self, catalog: Catalog, action: Action) -> Catalog:
        assert action.table is not None
        kind = "materialized view" if action.kind is Kind.CREATE_MATERIALIZED_VIEW else "view"
        return catalog.with_table(
            Table(
                action.table,
                kind,
                made_by=self.migration,
                uses=frozenset(action.definition["uses"]) | action.definition["words"],
            )
        )

    def drop_table(self, catalog: Catalog, action: Action) -> Catalog:
        assert action.table is not None
        name = action.table
        if name not in catalog.tables:
            return catalog
        gone = {name}
        if "cascade" in action.traits:
            gone |= {view.name for view in catalog.tables.values() if "view" in view.kind and name in view.uses}
        gone |= {partition.name for partition in catalog.partitions(name)}
        tables = {key: table for key, table in catalog.tables.items() if key not in gone}
        for key, table in tables.items():
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
                other = replace(other, uses=other.uses - {old} | {new})
            tables[key] = other
        own = {k: replace(c, references=new) if c.references == old else c for k, c in table.constraints.items()}
        tables[new] = replace(table, name=new, former_names=former, constraints=own)
        return replace(
            catalog,
            tables=tables,
            indexes={index: new if owner == old else owner for index, owner in catalog.indexes.items()},
            sequences={
                key: value._replace(table=new) if value.table == old else value for key, value in catalog.sequences.items()
            },
            triggers={key: new if owner == old else owner for key, owner in catalog.triggers.items()},
        )

    def set_schema(self, catalog: Catalog, action: Action) -> Catalog:
        assert action.table is not None
        assert action.name is not None
        base = action.table.rpartition(".")[2]
        return self.rename_table(catalog, replace(action, name=self.backend.relation([action.name, base])))

    # Columns.

    def change_column(self, catalog: Catalog, action: Action, **changes: Any) -> Catalog:
        assert action.table is not None
        assert action.name is not None
        table = catalog.table(action.table)
        column = table.columns.get(action.name, Column(action.name))
        return catalog.with_table(replace(table, columns={**table.columns, column.name: replace(column, **changes)}))

    def add_column(self, catalog: Catalog, action: Action) -> Catalog:
        assert action.table is not None
        table = catalog.table(action.table)
        column: Column = action.definition
        if column.name in table.columns:
            return catalog
        catalog = catalog.with_table(replace(table, columns={**table.columns, column.name: column}))
        for partition in list(catalog.partitions(table.name)):
            catalog = catalog.with_table(replace(partition, columns={**partition.columns, column.name: column}))
        return self.own_sequence(catalog, table.name, column)

    def drop_column(self, catalog: Catalog, action: Action) -> Catalog:
        assert action.table is not None
        assert action.name is not None
        name, column = action.table, action.name
        table = catalog.table(name)
        dropped = {column} | {
            other.name
            for other in table.columns.values()
            if "cascade" in action.traits and other.expression and column in other.expression.columns
        }
        constraints = {
            key: c
            for key, c in table.constraints.items()
            if not (
                dropped & set(c.columns)
                or (c.expression and dropped & c.expression.columns and set(table.columns) & c.expression.columns)
            )
        }
        indexes = {
            key: index
            for key, index in table.indexes.items()
            if not dropped & index.used and (index.constraint is None or index.constraint in constraints)
        }
        catalog = catalog.with_table(
            replace(
                table,
                columns={k: c for k, c in table.columns.items() if k not in dropped},
                constraints=constraints,
                indexes=indexes,
            )
        )
        gone = set(table.indexes) - set(indexes)
        if gone:
            catalog = catalog.without("indexes", *gone)
        owned = [key for key, value in catalog.sequences.items() if value.table == name and value.column in dropped]
        if owned:
            catalog = catalog.without("sequences", *owned)
        if "cascade" in action.traits:
            for child, constraint in list(catalog.children(name)):
                if dropped & set(constraint.referenced_columns):
                    catalog = self.drop_constraint(catalog, Action(Kind.DROP_CONSTRAINT, child.name, constraint.name))
            views = [v.name for v in catalog.tables.values() if "view" in v.kind and name in v.uses and dropped & v.uses]
            if views:
                catalog = catalog.without("tables", *views)
        return catalog

    def rename_column(self, catalog: Catalog, action: Action) -> Catalog:
        assert action.table is not None
        assert action.name is not None
        old, new = action.name, action.definition

        def name(column: str) -> str:
            return new if column == old else column

        def expression(found: Expression | None) -> Expression | None:
            if found is None or old not in found.columns:
                return found
            return replace(
                found,
                columns=frozenset(map(name, found.columns)),
                proves_not_null=frozenset(map(name, found.proves_not_null)),
            )

        table = catalog.table(action.table)
        columns = {
            name(key): replace(column, name=name(key), expression=expression(column.expression))
            for key, column in table.columns.items()
        }
        if old not in table.columns:
            columns[new] = Column(new)
        constraints = {
            key: replace(c, columns=tuple(map(name, c.columns)), expression=expression(c.expression))
            for key, c in table.constraints.items()
        }
        indexes = {
            key: replace(
                index,
                columns=tuple(column and name(column) for column in index.columns),
                used=frozenset(map(name, index.used)),
            )
            for key, index in table.indexes.items()
        }
        catalog = catalog.with_table(replace(table, columns=columns, constraints=constraints, indexes=indexes))
        for child, constraint in list(catalog.children(table.name)):
            if old in constraint.referenced_columns and constraint.name:
                renamed = replace(constraint, referenced_columns=tuple(map(name, constraint.referenced_columns)))
                catalog = catalog.with_table(replace(child, constraints={**child.constraints, constraint.name: renamed}))
        sequences = {
            key: value._replace(column=new) if value.table == table.name and value.column == old else value
            for key, value in catalog.sequences.items()
        }
        return replace(catalog, sequences=sequences)

    def alter_type(self, catalog: Catalog, action: Action) -> Catalog:
        return self.change_column(catalog, action, type=action.definition["type"], collation=action.definition["collation"])

    def set_default(self, catalog: Catalog, action: Action) -> Catalog:
        return self.change_column(catalog, action, default=action.definition)

    def set_not_null(self, catalog: Catalog, action: Action) -> Catalog:
        return self.change_column(catalog, action, not_null=True)

    def drop_not_null(self, catalog: Catalog, action: Action) -> Catalog:
        return self.change_column(catalog, action, not_null=False)

    def add_identity(self, catalog: Catalog, action: Action) -> Catalog:
        catalog = self.change_column(catalog, action, identity=True)
        assert action.table is not None
        assert action.name is not None
        return self.own_sequence(catalog, action.table, Column(action.name, identity=True))

    def drop_identity(self, catalog: Catalog, action: Action) -> Catalog:
        owned = []
        column = catalog.table(action.table or "").columns.get(action.name or "")
        if column is None or column.identity:
            owned = [key for key, value in catalog.sequences.items() if value == (action.table, action.name)]
        return self.change_column(catalog.without("sequences", *owned), action, identity=False)

    def drop_expression(self, catalog: Catalog, action: Action) -> Catalog:
        return self.change_column(catalog, action, generated=None, expression=None)

    # Constraints and indexes.

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
        using = self.beside(name, constraint.using_index) if constraint.using_index else None
        if using:
            index = table.indexes.get(using, Index(using, unique=True))
            indexes.pop(using, None)
            columns = tuple(column for column in index.columns if column)
            constraint = replace(constraint, columns=columns, name=constraint.name or constraint.using_index)
        if constraint.type == "foreign key" and not constraint.referenced_columns and constraint.references:
            key = next((c for c in catalog.table(constraint.references).constraints.values() if c.type == "primary key"), None)
            constraint = replace(constraint, referenced_columns=key.columns if key else ())
        if not constraint.name:
            constraint = replace(constraint, name=self.constraint_name(catalog, table, constraint))
        assert constraint.name is not None
        if constraint.has_index:
            used = frozenset((*constraint.columns, *constraint.clustered_columns))
            place = self.beside(name, constraint.name)
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
            return catalog
        kept = {key: owner for key, owner in catalog.indexes.items() if key != using}
        return replace(catalog, indexes={**kept, self.beside(name, constraint.name): name})

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
        key = self.beside(table.name, name)
        catalog = catalog.without("indexes", key) if catalog.indexes.get(key) == table.name else catalog
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
        if self.beside(table.name, old) in table.indexes:
            return self.rename_index(catalog, Action(Kind.RENAME_INDEX, None, self.beside(table.name, old), new))
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
            name = self.free_name(base, *words, label="idx", taken=lambda found: catalog.is_taken(self.beside(owner, found)))
        name = self.beside(owner, name)
        if name in catalog.indexes:
            return catalog
        table = catalog.table(action.table)
        catalog = catalog.with_table(replace(table, indexes={**table.indexes, name: replace(index, name=name)}))
        catalog = replace(catalog, indexes={**catalog.indexes, name: table.name})
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
        table = replace(table, indexes={key: index for key, index in table.indexes.items() if key != name})
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

    # The rest.

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

    def create_trigger(self, catalog: Catalog, action: Action) -> Catalog:
        return replace(catalog, triggers={**catalog.triggers, f"{action.table}.{action.name}": action.table or ""})

    def drop_trigger(self, catalog: Catalog, action: Action) -> Catalog:
        return catalog.without("triggers", f"{action.table}.{action.name}")

    def create_sequence(self, catalog: Catalog, action: Action) -> Catalog:
        table, column = action.definition or (None, None)
        return replace(catalog, sequences={**catalog.sequences, action.name or "": Sequence(table, column)})

    def alter_sequence(self, catalog: Catalog, action: Action) -> Catalog:
        definition: Mapping[str, Any] = action.definition
        if definition.get("rename"):
            return self.rename_sequence(catalog, action.name or "", definition["rename"])
        if definition.get("owned_by") and action.name is not None and action.name in catalog.sequences:
            return replace(catalog, sequences={**catalog.sequences, action.name: Sequence(*definition["owned_by"])})
        return catalog

    def rename_sequence(self, catalog: Catalog, old: str, new: str) -> Catalog:
        return replace(catalog, sequences={new if key == old else key: value for key, value in catalog.sequences.items()})

    def drop_sequence(self, catalog: Catalog, action: Action) -> Catalog:
        return catalog.without("sequences", action.name or "")

    def create_object(self, catalog: Catalog, action: Action) -> Catalog:
        definition: Mapping[str, Any] = action.definition
        name = action.name or ""
        if definition["type"] == "extension":
            return replace(catalog, extensions=catalog.extensions | {name})
        if definition["type"] in ("type", "domain"):
            return replace(catalog, types={**catalog.types, name.lower(): definition["kind"]})
        if definition["type"] == "collation":
            return replace(catalog, collations={**catalog.collations, name: definition["deterministic"]})
        if definition["type"] in ("function", "procedure"):
            return replace(catalog, functions={**catalog.functions, name.lower(): definition["volatility"]})
        return catalog

    def drop_object(self, catalog: Catalog, action: Action) -> Catalog:
        name = action.name or ""
        what = action.definition["type"]
        if what == "extension":
            return replace(catalog, extensions=catalog.extensions - {name})
        if what == "collation":
            return catalog.without("collations", name)
        if what in ("type", "domain"):
            return catalog.without("types", name.lower())
        return catalog

    def set_parameter(self, catalog: Catalog, action: Action) -> Catalog:
        name = action.name or ""
        if action.definition is None:
            return catalog.without("settings", name)
        return replace(catalog, settings={**catalog.settings, name: action.definition})


HANDLERS: Mapping[Kind, Callable[[Fold, Catalog, Action], Catalog]] = {
    Kind.CREATE_TABLE: Fold.create_table,
    Kind.CREATE_TABLE_AS: Fold.create_table,
    Kind.CREATE_VIEW: Fold.create_view,
    Kind.REPLACE_VIEW: Fold.create_view,
    Kind.CREATE_MATERIALIZED_VIEW: Fold.create_view,
    Kind.DROP_TABLE: Fold.drop_table,
    Kind.DROP_VIEW: Fold.drop_table,
    Kind.DROP_MATERIALIZED_VIEW: Fold.drop_table,
    Kind.RENAME_TABLE: Fold.rename_table,
    Kind.SET_SCHEMA: Fold.set_schema,
    Kind.ADD_COLUMN: Fold.add_column,
    Kind.DROP_COLUMN: Fold.drop_column,
    Kind.RENAME_COLUMN: Fold.rename_column,
    Kind.ALTER_TYPE: Fold.alter_type,
    Kind.SET_DEFAULT: Fold.set_default,
    Kind.DROP_DEFAULT: Fold.set_default,
    Kind.SET_NOT_NULL: Fold.set_not_null,
    Kind.DROP_NOT_NULL: Fold.drop_not_null,
    Kind.ADD_IDENTITY: Fold.add_identity,
    Kind.DROP_IDENTITY: Fold.drop_identity,
    Kind.DROP_EXPRESSION: Fold.drop_expression,
    Kind.ADD_CONSTRAINT: Fold.add_constraint,
    Kind.DROP_CONSTRAINT: Fold.drop_constraint,
    Kind.RENAME_CONSTRAINT: Fold.rename_constraint,
    Kind.VALIDATE_CONSTRAINT: Fold.validate_constraint,
    Kind.CREATE_INDEX: Fold.create_index,
    Kind.DROP_INDEX: Fold.drop_index,
    Kind.RENAME_INDEX: Fold.rename_index,
    Kind.INHERIT: Fold.inherit,
    Kind.ATTACH_PARTITION: Fold.attach,
    Kind.DETACH_PARTITION: Fold.detach,
    Kind.CREATE_TRIGGER: Fold.create_trigger,
    Kind.DROP_TRIGGER: Fold.drop_trigger,
    Kind.CREATE_SEQUENCE: Fold.create_sequence,
    Kind.ALTER_SEQUENCE: Fold.alter_sequence,
    Kind.DROP_SEQUENCE: Fold.drop_sequence,
    Kind.CREATE_OBJECT: Fold.create_object,
    Kind.DROP_OBJECT: Fold.drop_object,
    Kind.SET: Fold.set_parameter,
}
