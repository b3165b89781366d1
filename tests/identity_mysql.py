"""A database of MariaDB's or MySQL's, for `identity`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from django.db import connections
from django.db.migrations import Migration

from migration_lint import conf
from migration_lint.sql.catalog import Catalog, Column, Constraint, Table
from migration_lint.sql.connection import offline_connection
from migration_lint.sql.server import Server
from migration_lint.sql.vendors.mysql import INLINE, indexes, keys
from tests import identity
from tests.servers import MySQLServer

COLUMNS = """
    SELECT COLUMN_NAME, COLUMN_TYPE, IS_NULLABLE, COLLATION_NAME, EXTRA, COLUMN_DEFAULT, COLUMN_COMMENT
    FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = %s ORDER BY ORDINAL_POSITION
"""
KEYS = """
    SELECT k.CONSTRAINT_NAME, t.CONSTRAINT_TYPE, k.COLUMN_NAME, k.REFERENCED_TABLE_NAME, k.REFERENCED_COLUMN_NAME
    FROM information_schema.KEY_COLUMN_USAGE k JOIN information_schema.TABLE_CONSTRAINTS t
        USING (TABLE_SCHEMA, TABLE_NAME, CONSTRAINT_NAME)
    WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = %s AND (t.CONSTRAINT_TYPE = 'FOREIGN KEY') = (k.REFERENCED_TABLE_NAME IS NOT NULL)
    ORDER BY k.CONSTRAINT_NAME, t.CONSTRAINT_TYPE, k.ORDINAL_POSITION
"""
CHECKS = """
    SELECT CONSTRAINT_NAME, LEVEL, CHECK_CLAUSE FROM information_schema.CHECK_CONSTRAINTS
    WHERE CONSTRAINT_SCHEMA = DATABASE() AND TABLE_NAME = %s
"""
INDEXES = """
    SELECT INDEX_NAME, NON_UNIQUE, COLUMN_NAME, SUB_PART, COLLATION, INDEX_TYPE FROM information_schema.STATISTICS
    WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = %s
"""
OPTIONS = """
    SELECT TABLE_NAME, IF(TABLE_TYPE = 'VIEW', 'view', IF(CREATE_OPTIONS LIKE '%partitioned%', 'partitioned table', 'table')), ENGINE
    FROM information_schema.TABLES
    WHERE TABLE_SCHEMA = DATABASE()
"""
METHODS = {"BTREE": "btree", "HASH": "btree", "FULLTEXT": "fulltext", "SPATIAL": "spatial"}  # HASH: of a key that is too long
# How many digits a client may show says nothing about what is stored, and the catalog does not keep it.
WIDTH = re.compile(r"\b((?:tiny|small|medium|big)?int|year)\(\d+\)")


@dataclass(frozen=True)
class MySQL(identity.Database):
    server: MySQLServer
    name: str

    VENDOR = "mariadb"

    @property
    def settings(self) -> dict[str, Any]:
        return {
            "ENGINE": "django.db.backends.mysql",
            "NAME": self.name,
            "USER": "root",
            "PASSWORD": "",
            "HOST": self.server.host,
            "PORT": str(self.server.port),
            "OPTIONS": {},
        }

    def text(self, cursor: Any) -> str:
        sent = cursor._executed
        return sent if isinstance(sent, str) else sent.decode()

    @contextmanager
    def rehearsal(self, connection: Any, migration: Migration, made: Sequence[str]) -> Iterator[None]:
        """On a database that the same statements have made: nothing undoes DDL, and a copy would lose which indexes are implicit."""
        with self.server.scratch() as name:
            with self.server.connect(name) as other, other.cursor() as cursor:
                for sql in made:
                    cursor.execute(sql)
            with identity.elsewhere(connection, name):
                yield

    def introspected(self, connection: Any, tables: Iterable[str]) -> dict[str, Any]:
        """What Django finds out. Its query leaves the order of keys to chance, and a check's columns stand as the check has them."""
        with connection.cursor() as cursor:
            found = {table: connection.introspection.get_constraints(cursor, table) for table in tables}
        for constraint in (constraint for constraints in found.values() for constraint in constraints.values()):
            if constraint["check"]:
                constraint["columns"].sort()
        return found

    def described(self, catalog: Catalog) -> identity.Described:
        tables = {name: table for name, table in catalog.tables.items() if table.kind != "view"}
        found: identity.Described = {
            "relations": {name: table.kind for name, table in catalog.tables.items()},
            "engines": {name: table.options.get("engine", "innodb") for name, table in tables.items()},
            "columns": {},
            "constraints": {},
            "indexes": {},
            "owners": dict(catalog.indexes),
            "order": {name: [key for key, _ in indexes(table)] for name, table in tables.items()},
            "triggers": dict(catalog.triggers),
            "unknown": {},  # all that the examples do is followed
        }
        collations = self.default_collations()
        types = self.types({spelled(column) for table in tables.values() for column in table.columns.values()})
        for table in tables.values():
            found["columns"][table.name] = sorted(
                (
                    column.name,
                    types[spelled(column)].type,
                    "not null" if column.not_null else "",
                    collation(table, column, types[spelled(column)].collation, collations),
                    column.generated or ("auto_increment" if column.identity else ""),
                    "default" if column.default is not None and not column.default.is_null else "",
                    column.comment or "",
                )
                for column in table.columns.values()
            )
            checks = [(name.removesuffix(INLINE), c) for name, c in table.constraints.items() if c.type == "check"]
            for name, constraint in [*keys(table), *checks]:
                found["constraints"][f"{table.name}: {constraint.type} {name}"] = (
                    columns_of(table, constraint),
                    constraint.references,
                    list(constraint.referenced_columns),
                    "inline" if constraint.inline else "",
                )
            for key, index in table.indexes.items():
                places = range(len(index.columns))
                found["indexes"][key] = (
                    "unique" if index.unique else "",
                    list(index.columns),
                    [index.lengths[place] if index.lengths else None for place in places],
                    [index.orders[place] if index.orders else "ASC" for place in places] if index.method == "btree" else [],
                    index.method,
                )
        offline = offline_connection(server := Server(conf.parse_target(self.server.name)))
        server.catalog = catalog
        found["introspection"] = self.introspected(offline, tables)
        return found

    def held(self) -> identity.Described:
        parts = ("relations", "engines", "columns", "constraints", "indexes", "owners", "order", "triggers", "introspection")
        found: identity.Described = {part: {} for part in parts}
        with self.server.connect(self.name) as connection, connection.cursor() as cursor:

            def rows(sql: str, *parameters: str) -> list[tuple[Any, ...]]:
                cursor.execute(sql, parameters or None)
                return list(cursor.fetchall())

            for table, kind, engine in rows(OPTIONS):
                if not identity.is_ours(table):
                    continue
                found["relations"][table] = kind
                if kind == "view":
                    continue
                found["engines"][table] = engine.lower()
                order = [name for name, *_ in rows(COLUMNS, table)]
                found["columns"][table] = sorted(
                    (
                        name,
                        WIDTH.sub(r"\1", type_name),
                        "" if nullable == "YES" else "not null",
                        collation,
                        kind_of_column(extra),
                        "" if default in (None, "NULL") else "default",
                        comment,
                    )
                    for name, type_name, nullable, collation, extra, default, comment in rows(COLUMNS, table)
                )
                for name, what, column, parent, referenced in rows(KEYS, table):
                    key = found["constraints"].setdefault(f"{table}: {what.lower()} {name}", ([], parent, [], ""))
                    key[0].append(column)
                    key[2].extend([referenced] if referenced else [])
                for name, level, clause in rows(CHECKS, table):
                    used = set(re.findall("`([^`]+)`", clause))
                    columns = [column for column in order if column in used]
                    found["constraints"][f"{table}: check {name}"] = (columns, None, [], "inline" if level == "Column" else "")
                found["order"][table] = list(dict.fromkeys(name for name, *_ in rows(INDEXES, table)))
                for name, repeated, column, length, direction, method in rows(INDEXES, table):
                    unique = "" if repeated else "unique"
                    index = found["indexes"].setdefault(f"{table}.{name}", (unique, [], [], [], METHODS[method]))
                    found["owners"][f"{table}.{name}"] = table
                    index[1].append(column)
                    index[2].append(length if method != "SPATIAL" else None)
                    index[3].extend([{"A": "ASC", "D": "DESC"}[direction]] if direction and method != "SPATIAL" else [])
            for name, table in rows(
                "SELECT TRIGGER_NAME, EVENT_OBJECT_TABLE FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = DATABASE()"
            ):
                found["triggers"][f"{table}.{name}"] = table
        with identity.connected(self, "default"):
            found["introspection"] = self.introspected(connections["default"], found["columns"])
        return found

    def types(self, names: Iterable[str]) -> dict[str, SimpleNamespace]:
        """Each type as the server spells it, and whether it has a collation."""
        found = {}
        with self.server.connect(self.name) as connection, connection.cursor() as cursor:
            for name in sorted(names):
                try:
                    cursor.execute(f"CREATE TABLE spelling (a {name})")
                except Exception:
                    found[name] = SimpleNamespace(type=f"? {name}", collation=None)
                    continue
                cursor.execute(COLUMNS, ["spelling"])
                _, type_name, _, collation, *_ = cursor.fetchone()
                found[name] = SimpleNamespace(type=WIDTH.sub(r"\1", type_name), collation=collation)
                cursor.execute("DROP TABLE spelling")
        return found

    def default_collations(self) -> dict[str | None, str]:
        """By character set; the database's own under None."""
        with self.server.connect(self.name) as connection, connection.cursor() as cursor:
            cursor.execute("""
                SELECT CHARACTER_SET_NAME, COLLATION_NAME FROM information_schema.COLLATIONS WHERE IS_DEFAULT = 'Yes'
                UNION ALL SELECT NULL, @@collation_database
            """)
            return dict(cursor.fetchall())


def spelled(column: Column) -> str:
    if column.type and column.type.name in ("enum", "set"):  # their values are strings
        return f"{column.type.name}({', '.join(repr(value) for value in column.type.arguments)})"
    return str(column.type)


def kind_of_column(extra: str) -> str:
    return next((word for word in ("auto_increment", "stored", "virtual") if word in extra.lower()), "")


def columns_of(table: Table, constraint: Constraint) -> list[str]:
    if constraint.type == "check" and constraint.expression:
        return [name for name in table.columns if name in constraint.expression.columns]
    return list(constraint.columns)


def collation(table: Table, column: Column, of_type: str | None, defaults: Mapping[str | None, str]) -> str | None:
    if of_type != defaults[None]:  # none, or that of JSON
        return of_type
    own = column.collation or (column.charset and defaults[column.charset])
    charset = table.options.get("charset")
    return own or table.options.get("collate") or defaults[charset]
