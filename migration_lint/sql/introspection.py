"""Django's introspection, answered from the catalog."""

from __future__ import annotations

from typing import Any

from django.db.backends.base.introspection import FieldInfo, TableInfo

from migration_lint.sql.catalog import Catalog, Table


def constraints(catalog: Catalog, name: str) -> dict[str, dict[str, Any]]:
    """What `get_constraints()` returns: constraints first, then the indexes that are not a constraint's own, by name.

    Django drops them in this order. Its query does not ask for one, but has to sort by name in order to group.
    """
    table = catalog.table(name)
    found: dict[str, dict[str, Any]] = {}
    for key, constraint in table.constraints.items():
        if constraint.type == "not null":
            continue
        columns = list(constraint.columns)
        if constraint.type == "check" and constraint.expression:
            columns = [column for column in table.columns if column in constraint.expression.columns]
        reference = None
        if constraint.type == "foreign key":
            reference = (constraint.references, (constraint.referenced_columns or (None,))[0])
        found[key] = {
            "columns": columns,
            "primary_key": constraint.type == "primary key",
            "unique": constraint.type in ("primary key", "unique"),
            "foreign_key": reference,
            "check": constraint.type == "check",
            "index": False,
            "definition": None,
            "options": None,
        }
    for key, index in sorted(table.indexes.items()):
        if key in found:
            continue
        plain = index.method == "btree" and not key.endswith("_btree") and not index.options
        found[key] = {
            "columns": list(index.columns) if index.columns != (None,) else [],
            "orders": list(index.orders),
            "primary_key": False,
            "unique": index.unique,
            "foreign_key": None,
            "check": False,
            "index": True,
            "type": "idx" if plain else index.method,
            "definition": None,
            "options": None,
        }
    return found


def sequences(catalog: Catalog, name: str) -> list[dict[str, Any]]:
    return [
        {"name": key, "table": name, "column": value.column} for key, value in catalog.sequences.items() if value.table == name
    ]


def table_list(catalog: Catalog) -> list[TableInfo]:
    return [TableInfo(name, "v" if "view" in table.kind else "t") for name, table in catalog.tables.items()]


def description(catalog: Catalog, name: str) -> list[FieldInfo]:
    table: Table = catalog.table(name)
    rows: list[tuple[Any, ...]] = [
        (
            column.name, str(column.type or ""), None, None, None, None, not column.not_null,
            column.default.text if column.default else None, column.collation,
        )
        for column in table.columns.values()
    ]  # fmt: skip
    return [FieldInfo(*row) for row in rows]


def relations(catalog: Catalog, name: str) -> dict[str, tuple[Any, ...]]:
    found = {}
    for key in catalog.table(name).foreign_keys():
        if key.columns:
            found[key.columns[0]] = ((key.referenced_columns or (None,))[0], key.references, None)
    return found


class OfflineIntrospection:
    """Mixed in before a backend's own DatabaseIntrospection."""

    connection: Any

    @property
    def catalog(self) -> Catalog:
        catalog: Catalog = self.connection.server.catalog
        return catalog

    def get_constraints(self, cursor: object, table_name: str) -> dict[str, dict[str, Any]]:
        return constraints(self.catalog, table_name)

    def get_sequences(self, cursor: object, table_name: str, table_fields: object = ()) -> list[dict[str, Any]]:
        return sequences(self.catalog, table_name)

    def get_table_list(self, cursor: object) -> list[TableInfo]:
        return table_list(self.catalog)

    def get_table_description(self, cursor: object, table_name: str) -> list[FieldInfo]:
        return description(self.catalog, table_name)

    def get_relations(self, cursor: object, table_name: str) -> dict[str, tuple[Any, ...]]:
        return relations(self.catalog, table_name)
