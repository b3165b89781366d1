"""A database of PostgreSQL's, for `identity`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from django.db import transaction
from django.db.migrations import Migration
from psycopg.conninfo import conninfo_to_dict

from migration_lint.sql.catalog import Catalog, Table
from tests import identity
from tests.servers import Server

RELATIONS = """
    SELECT CASE WHEN n.nspname = 'public' THEN c.relname ELSE n.nspname || '.' || c.relname END, c.oid,
        CASE c.relkind WHEN 'r' THEN 'table' WHEN 'p' THEN 'partitioned table' WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view'
            WHEN 'f' THEN 'foreign table' END
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'
        AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
    ORDER BY c.oid
"""
COLUMNS = """
    SELECT a.attname, format_type(a.atttypid, a.atttypmod), CASE WHEN a.attnotnull THEN 'not null' ELSE '' END,
        (SELECT collname FROM pg_collation o WHERE o.oid = a.attcollation AND o.oid <> t.typcollation),
        CASE WHEN a.attgenerated = 's' THEN 'stored' WHEN a.attgenerated = 'v' THEN 'virtual' WHEN a.attidentity <> '' THEN 'identity' ELSE '' END
    FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid WHERE a.attrelid = %s AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
"""
CONSTRAINTS = """
    SELECT c.conname,
        CASE c.contype WHEN 'c' THEN 'check' WHEN 'u' THEN 'unique' WHEN 'p' THEN 'primary key' WHEN 'f' THEN 'foreign key' WHEN 'x' THEN 'exclude' END,
        ARRAY(SELECT a.attname::text FROM unnest(c.conkey) WITH ORDINALITY k(n, o) JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.n
            ORDER BY CASE WHEN c.contype IN ('c', 'x') THEN a.attnum ELSE k.o END),
        c.confrelid,
        ARRAY(SELECT a.attname::text FROM unnest(c.confkey) WITH ORDINALITY k(n, o) JOIN pg_attribute a ON a.attrelid = c.confrelid AND a.attnum = k.n
            ORDER BY k.o),
        CASE WHEN c.convalidated THEN 'valid' ELSE 'not valid' END, CASE WHEN c.condeferrable THEN 'deferrable' ELSE '' END
    FROM pg_constraint c WHERE c.conrelid = %s AND c.contype IN ('c', 'u', 'p', 'f', 'x')
"""
INDEXES = """
    SELECT CASE WHEN n.nspname = 'public' THEN c.relname ELSE n.nspname || '.' || c.relname END,
        CASE WHEN i.indisunique THEN 'unique' ELSE '' END, CASE WHEN i.indpred IS NULL THEN '' ELSE 'partial' END,
        ARRAY(SELECT a.attname::text FROM generate_series(0, i.indnkeyatts - 1) k(n)
            LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[k.n] AND i.indkey[k.n] <> 0 ORDER BY k.n),
        (SELECT conname FROM pg_constraint o WHERE o.conindid = c.oid AND o.conrelid = i.indrelid AND o.contype IN ('p', 'u', 'x')),
        CASE WHEN i.indisvalid THEN 'valid' ELSE 'invalid' END
    FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE i.indrelid = %s
"""
SEQUENCES = """
    SELECT CASE WHEN n.nspname = 'public' THEN c.relname ELSE n.nspname || '.' || c.relname END, d.refobjid,
        (SELECT attname FROM pg_attribute a WHERE a.attrelid = d.refobjid AND a.attnum = d.refobjsubid)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype IN ('a', 'i') AND d.refclassid = 'pg_class'::regclass
    WHERE c.relkind = 'S'
"""
TRIGGERS = "SELECT tgname, tgrelid FROM pg_trigger WHERE NOT tgisinternal"


@dataclass(frozen=True)
class PostgreSQL(identity.Database):
    server: Server
    dsn: str

    VENDOR = "postgresql"

    @property
    def settings(self) -> dict[str, Any]:
        parts = conninfo_to_dict(self.dsn)
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": parts["dbname"],
            "USER": parts.get("user", ""),
            "PASSWORD": parts.get("password", ""),
            "HOST": parts.get("host", ""),
            "PORT": str(parts.get("port", "")),
            "OPTIONS": {"options": "-c synchronous_commit=off"},
        }

    def text(self, cursor: Any) -> str:
        text: str = cursor._query.query.decode()
        return text

    @contextmanager
    def rehearsal(self, connection: Any, migration: Migration, made: Sequence[str]) -> Iterator[None]:
        if migration.atomic:
            with transaction.atomic(using=connection.alias):
                yield
                transaction.set_rollback(True, using=connection.alias)
            return
        # Nothing undoes what is not atomic: that runs on a copy.
        connection.close()
        with self.copied() as name, identity.elsewhere(connection, name):
            yield

    @contextmanager
    def copied(self) -> Iterator[str]:
        name = conninfo_to_dict(self.dsn)["dbname"]
        with psycopg.connect(self.server.dsn, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}_copy TEMPLATE {name}")
            try:
                yield f"{name}_copy"
            finally:
                connection.execute(f"DROP DATABASE {name}_copy WITH (FORCE)")

    def described(self, catalog: Catalog) -> identity.Described:
        found: identity.Described = {
            "relations": {name: table.kind for name, table in catalog.tables.items()},
            "columns": {},
            "constraints": {},
            "indexes": {},
            "sequences": {name: tuple(value) for name, value in catalog.sequences.items()},
            "extensions": dict.fromkeys(catalog.extensions),
            "triggers": dict(catalog.triggers),
            "unknown": {name: None for name, table in catalog.tables.items() if not table.known},
        }
        spelled = spellings(self.dsn, {str(c.type) for table in catalog.tables.values() for c in table.columns.values()})
        for table in catalog.tables.values():
            if "view" not in table.kind:
                found["columns"][table.name] = [
                    (
                        column.name,
                        spelled[str(column.type)],
                        "not null" if column.not_null else "",
                        column.collation,
                        column.generated or ("identity" if column.identity else ""),
                    )
                    for column in table.columns.values()
                ]
            for name, constraint in table.constraints.items():
                if constraint.type == "not null":
                    continue
                columns = list(constraint.columns)
                if constraint.type in ("check", "exclude") and constraint.expression:
                    columns = known_columns(table, constraint.expression.columns)
                found["constraints"][f"{table.name}: {name}"] = (
                    constraint.type,
                    columns,
                    constraint.references,
                    list(constraint.referenced_columns),
                    "valid" if constraint.valid else "not valid",
                    "deferrable" if constraint.deferrable else "",
                )
            for name, index in table.indexes.items():
                assert catalog.indexes[name] == table.name
                found["indexes"][name] = (
                    table.name,
                    "unique" if index.unique else "",
                    "partial" if index.partial else "",
                    list(index.columns) if index.method != "unknown" else None,
                    index.constraint,
                    "valid" if index.valid else "invalid",
                )
        assert set(catalog.indexes) == set(found["indexes"])
        return found

    def held(self) -> identity.Described:
        found: identity.Described = {
            name: {} for name in ("relations", "columns", "constraints", "indexes", "sequences", "extensions", "triggers")
        }
        with psycopg.connect(self.dsn) as connection:
            names = {oid: (name, kind) for name, oid, kind in connection.execute(RELATIONS) if identity.is_ours(name)}
            for oid, (table, kind) in names.items():
                found["relations"][table] = kind
                if "view" not in kind:
                    found["columns"][table] = list(connection.execute(COLUMNS, [oid]))
                for name, what, columns, parent, referenced, valid, deferrable in connection.execute(CONSTRAINTS, [oid]):
                    references = names[parent][0] if parent else None
                    found["constraints"][f"{table}: {name}"] = (what, columns, references, referenced, valid, deferrable)
                for name, *rest in connection.execute(INDEXES, [oid]):
                    found["indexes"][name] = (table, *rest)
            for name, oid, column in connection.execute(SEQUENCES):
                if oid is None or oid in names:
                    found["sequences"][name] = (names[oid][0] if oid else None, column)
            for name, oid in connection.execute(TRIGGERS):
                table = names[oid][0]
                found["triggers"][f"{table}.{name}"] = table
            found["extensions"] = {
                name: None for (name,) in connection.execute("SELECT extname FROM pg_extension WHERE extname <> 'plpgsql'")
            }
        return found


def known_columns(table: Table, names: Iterable[str]) -> list[str]:
    return [name for name in table.columns if name in set(names)]


def spellings(dsn: str, types: Iterable[str]) -> dict[str, str]:
    """Each type as `format_type` spells it; an unknown type stays as it is."""
    found = {}
    with psycopg.connect(dsn) as connection:
        for number, name in enumerate(sorted(types)):
            try:
                with connection.transaction():
                    connection.execute(f"CREATE TEMPORARY TABLE spelling_{number} (a {name})")
            except psycopg.Error:
                found[name] = f"? {name}"
                continue
            row = connection.execute(
                f"SELECT format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = 'spelling_{number}'::regclass AND attnum = 1"
            ).fetchone()
            assert row is not None
            found[name] = row[0]
        connection.rollback()
    return found
