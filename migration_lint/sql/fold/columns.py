"""Columns, and what goes with them."""

from __future__ import annotations

from typing import Any

from migration_lint.sql.catalog import Catalog, Column, Expression, Index
from migration_lint.sql.fold.keys import Keys
from migration_lint.types import Action, Kind, replace


def without_columns(index: Index, dropped: set[str]) -> Index:
    """What is left of an index whose columns are dropped one by one."""
    kept = [place for place, column in enumerate(index.columns) if column not in dropped]

    def of(values: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(values[place] for place in kept if place < len(values))

    return replace(
        index, columns=of(index.columns), orders=of(index.orders), lengths=of(index.lengths), used=index.used - dropped
    )


class Columns(Keys):
    """Folds changes of columns."""

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
        changes: dict[str, Any] = {"columns": {**table.columns, column.name: column}}
        if column.default is not None and not column.default.is_null:
            changes["defaulted"] = table.defaulted | {column.name}
        catalog = catalog.with_table(replace(table, **changes))
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
        if self.backend.settings.get("dropped_columns_leave_indexes"):
            constraints = {
                key: replace(c, columns=tuple(column for column in c.columns if column not in dropped))
                for key, c in table.constraints.items()
                if key in constraints or (c.has_index and not dropped.issuperset(c.columns))
            }
            indexes = {
                key: without_columns(index, dropped)
                for key, index in table.indexes.items()
                if not dropped.issuperset(index.columns) and (index.constraint is None or index.constraint in constraints)
            }
        else:
            indexes = {
                key: index
                for key, index in table.indexes.items()
                if not dropped & index.used and (index.constraint is None or index.constraint in constraints)
            }
        catalog = catalog.with_table(
            replace(
                table,
                columns={k: c for k, c in table.columns.items() if k not in dropped},
                written=table.written - dropped,
                defaulted=table.defaulted - dropped,
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
            views = {view for gone in dropped for view in catalog.views_upon(name, gone)}
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
            if key == old or column.expression is not None
            else column
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
        marks = {mark: frozenset(map(name, getattr(table, mark))) for mark in ("written", "defaulted")}
        catalog = catalog.with_table(replace(table, columns=columns, constraints=constraints, indexes=indexes, **marks))
        for child, constraint in list(catalog.children(table.name)):
            if old in constraint.referenced_columns and constraint.name:
                renamed = replace(constraint, referenced_columns=tuple(map(name, constraint.referenced_columns)))
                catalog = catalog.with_table(replace(child, constraints={**child.constraints, constraint.name: renamed}))
        for view in list(catalog.views(table.name, old)):
            reads = frozenset((of, name(column) if of == table.name else column) for of, column in view.reads)
            catalog = catalog.with_table(replace(view, reads=reads))
        sequences = {
            key: value._replace(column=new) if value.table == table.name and value.column == old else value
            for key, value in catalog.sequences.items()
        }
        return replace(catalog, sequences=sequences)

    def write(self, catalog: Catalog, action: Action) -> Catalog:
        """After an UPDATE, a DELETE or a TRUNCATE: somebody has seen to what the old rows hold."""
        table = catalog.tables.get(action.table or "")
        if table is None:
            return catalog
        named = action.definition.get("words", ()) if isinstance(action.definition, dict) else ()
        columns = {name for name in named if name in table.columns} if action.kind is Kind.UPDATE else {"*"}
        return catalog.with_table(replace(table, written=table.written | columns)) if columns else catalog

    def alter_type(self, catalog: Catalog, action: Action) -> Catalog:
        definition = action.definition
        return self.change_column(
            catalog, action, type=definition["type"], collation=definition["collation"], charset=definition.get("charset")
        )

    def comment(self, catalog: Catalog, action: Action) -> Catalog:
        if action.name is None or "modify" not in action.traits:
            return catalog
        return self.change_column(catalog, action, comment=action.definition)

    def set_expression(self, catalog: Catalog, action: Action) -> Catalog:
        if "modify" not in action.traits:
            return catalog
        kind = "stored" if action.definition is not None else None
        return self.change_column(catalog, action, expression=action.definition, generated=kind)

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
