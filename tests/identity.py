"""What a real `migrate` sends and what the server then holds, beside what was collected offline: both as plain values to compare."""

from __future__ import annotations

import datetime
import functools
import inspect
import ipaddress
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from unittest import mock
from uuid import UUID
from zoneinfo import ZoneInfo

import psycopg
from django.apps import apps
from django.db import connections, migrations, models, transaction
from django.db.migrations import Migration, RunPython
from django.db.migrations.state import ProjectState
from django.utils.safestring import SafeString
from psycopg.conninfo import conninfo_to_dict
from psycopg.types.json import Jsonb
from psycopg.types.numeric import Int2, Int4, Int8

from migration_lint import conf
from migration_lint.project import collect
from migration_lint.sql.catalog import Catalog, Table
from migration_lint.sql.lexer import split
from migration_lint.types import MigrationImpact, MigrationKey
from tests.servers import Server

# A statement with the place in `Migration.operations` of the one that it was sent for.
Sent = tuple[int, str]
ASKING = ("select", "with", "show", "values", "table", "savepoint", "release")


@dataclass
class Run:
    """Statements by migration, in the order of sending, both ways; `refused` are ways back that the server did not go to the end."""

    forwards: dict[MigrationKey, list[Sent]] = field(default_factory=dict)
    backwards: dict[MigrationKey, list[Sent]] = field(default_factory=dict)
    refused: dict[MigrationKey, str] = field(default_factory=dict)

    @property
    def order(self) -> list[MigrationKey]:
        return list(self.forwards)

    def count(self) -> tuple[int, int]:
        return sum(map(len, self.forwards.values())), sum(map(len, self.backwards.values()))


# Offline.


class End(Migration):
    """Comes after a plan: the catalog that it finds is the plan's last one."""

    operations = [migrations.RunSQL("SELECT 1")]


def impacts_offline(
    plan: Sequence[Migration], target: str, unmigrated: frozenset[str] = frozenset()
) -> tuple[list[MigrationImpact], Catalog]:
    """The impacts of every migration, ways back included, and the catalog after the last."""
    errors: list[str] = []
    rows = collect.walk(
        (*plan, End("9999_end", "end")),
        unmigrated,
        (conf.parse_target(target),),
        lambda key: frozenset({key}),
        True,
        errors,
    )
    *found, end = [impact for (impact,) in rows]
    assert errors == []
    return found, end.before


def is_reversible(migration: Migration) -> bool:
    return all(operation.reversible for operation in migration.operations)


def collected(impacts: Iterable[MigrationImpact]) -> Run:
    run = Run()
    for found in impacts:
        assert [impact.unread for impact in found.impacts] == [None] * len(found.impacts), found.key
        run.forwards[found.key] = [(impact.step.index[0], statement.sql) for impact, statement in found.timeline]
        if is_reversible(found.migration):
            pairs = []
            for impact in found.impacts:
                if impact.reverse is None:  # inside SeparateDatabaseAndState, which itself can be undone
                    run.refused[found.key] = "irreversible"
                    continue
                if impact.reverse.unread:
                    run.refused[found.key] = impact.reverse.unread
                pairs += [(statement.position, impact.step.index[0], statement.sql) for statement in impact.reverse.statements]
            run.backwards[found.key] = [(index, sql) for _, index, sql in sorted(pairs)]
    return run


# Live.


class Recorder:
    """Takes each statement down as the driver sent it; what only asks and what a RunPython sends is left out."""

    def __init__(self) -> None:
        self.sent: list[Sent] = []
        self.operation = -1
        self.pauses = 0
        self.owners: dict[int, int] = {}
        self.kept: list[object] = []
        self.own_text = False

    def __call__(self, execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        result = execute(sql, params, many, context)
        if not self.pauses and self.operation >= 0:
            assert not many
            text = context["cursor"].cursor._query.query.decode()
            for piece in split(text):
                if self.own_text or piece.tokens[0].value not in ASKING:
                    self.sent.append((self.operation, piece.sql))
        return result

    @contextmanager
    def paused(self) -> Iterator[None]:
        self.pauses += 1
        try:
            yield
        finally:
            self.pauses -= 1

    @contextmanager
    def text_of(self, sql: object) -> Iterator[None]:
        """While the schema editor sends a text: then a SELECT is a migration's own."""
        kept = self.operation, self.own_text
        self.operation, self.own_text = self.owners.get(id(sql), self.operation), True
        try:
            yield
        finally:
            self.operation, self.own_text = kept

    def during(self, number: int, method: Any, app_label: str, editor: Any, *states: Any) -> None:
        """Run one operation, and remember which deferred statements are its own."""
        self.operation = number
        try:
            method(app_label, editor, *states)
        finally:
            self.operation = -1
        for item in editor.deferred_sql:
            if id(item) not in self.owners:
                self.owners[id(item)] = number
                self.kept.append(item)

    @contextmanager
    def watching(self, migration: Migration) -> Iterator[list[Sent]]:
        """The statements of one run of a migration, one way or the other."""
        self.sent, self.owners, self.kept = [], {}, []
        names = ("database_forwards", "database_backwards")
        for number, operation in enumerate(migration.operations):
            for name in names:
                setattr(operation, name, functools.partial(self.during, number, getattr(operation, name)))
        try:
            yield self.sent
        finally:
            for operation in migration.operations:
                for name in names:
                    delattr(operation, name)


def live_connection(dsn: str, alias: str) -> tuple[Any, Recorder]:
    """A connection of Django's to this database, recorded."""
    from django.db.backends.postgresql.base import DatabaseWrapper

    recorder = Recorder()

    base: Any = DatabaseWrapper.SchemaEditorClass

    class Editor(base):  # type: ignore[misc]
        def execute(self, sql: Any, params: Any = ()) -> Any:
            with recorder.text_of(sql):
                return super().execute(sql, params)

    class Wrapper(DatabaseWrapper):
        SchemaEditorClass = Editor

    parts = conninfo_to_dict(dsn)
    settings = dict(connections[alias].settings_dict)
    settings.update(
        ENGINE="django.db.backends.postgresql",
        NAME=parts["dbname"],
        USER=parts.get("user", ""),
        PASSWORD=parts.get("password", ""),
        HOST=parts.get("host", ""),
        PORT=str(parts.get("port", "")),
        OPTIONS={"options": "-c synchronous_commit=off"},
    )
    wrapper = Wrapper(settings, alias)
    wrapper.execute_wrappers.append(recorder)
    return wrapper, recorder


@contextmanager
def connected(dsn: str, alias: str) -> Iterator[tuple[Any, Recorder]]:
    """`connections[alias]` leads to this database, and what a RunPython sends is not recorded."""
    wrapper, recorder = live_connection(dsn, alias)
    kept = connections[alias]

    def quietly(method: Any) -> Any:
        def run(*arguments: Any) -> None:
            with recorder.paused():
                method(*arguments)

        return run

    connections[alias] = wrapper
    try:
        with (
            mock.patch.object(RunPython, "database_forwards", quietly(RunPython.database_forwards)),
            mock.patch.object(RunPython, "database_backwards", quietly(RunPython.database_backwards)),
        ):
            yield wrapper, recorder
    finally:
        connections[alias] = kept
        wrapper.close()


def run_live(
    server: Server,
    dsn: str,
    plan: Callable[[], Sequence[Migration]],
    alias: str = "default",
    unmigrated: frozenset[str] = frozenset(),
) -> Run:
    """Apply a plan for real. Right after each migration its way back is run too, and undone.

    Each way back has a plan of its own, as it is another process that goes it: Django changes an operation's fields in place.
    """
    run = Run()
    state = ProjectState(real_apps=set(unmigrated))
    with connected(dsn, alias) as (connection, recorder):
        with connection.schema_editor() as editor:  # as `migrate --run-syncdb`
            for label in sorted(unmigrated):
                for model in apps.get_app_config(label).get_models():
                    editor.create_model(model)
        for number, migration in enumerate(plan()):
            key = (migration.app_label, migration.name)
            with recorder.watching(migration) as sent, connection.schema_editor(atomic=migration.atomic) as editor:
                state = migration.apply(state, editor)
            run.forwards[key] = sent
            if is_reversible(migration):
                *earlier, migration = plan()[: number + 1]
                before = ProjectState(real_apps=set(unmigrated))
                for other in earlier:
                    before = other.mutate_state(before, preserve=False)
                with recorder.watching(migration) as sent:
                    try:
                        way_back(server, dsn, connection, migration, before)
                    except Exception as error:  # Django or the server refuses
                        connection.close()
                        run.refused[key] = str(error).partition("\n")[0]
                run.backwards[key] = sent
    return run


def way_back(server: Server, dsn: str, connection: Any, migration: Migration, before: ProjectState) -> None:
    """Undo the migration; the database is left as it was."""
    if migration.atomic:
        with transaction.atomic(using=connection.alias):
            with connection.schema_editor(atomic=True) as editor:
                migration.unapply(before, editor)
            transaction.set_rollback(True, using=connection.alias)
        return
    # Nothing undoes what is not atomic: that runs on a copy.
    connection.close()
    with copied(server, dsn) as copy:
        kept = connection.settings_dict["NAME"]
        connection.settings_dict["NAME"] = conninfo_to_dict(copy)["dbname"]
        try:
            with connection.schema_editor(atomic=False) as editor:
                migration.unapply(before, editor)
        finally:
            connection.close()
            connection.settings_dict["NAME"] = kept


@contextmanager
def copied(server: Server, dsn: str) -> Iterator[str]:
    name = conninfo_to_dict(dsn)["dbname"]
    with psycopg.connect(server.dsn, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}_copy TEMPLATE {name}")
        try:
            yield psycopg.conninfo.make_conninfo(dsn, dbname=f"{name}_copy")
        finally:
            connection.execute(f"DROP DATABASE {name}_copy WITH (FORCE)")


# What there is in the end. Each function gives {"tables": …, "constraints": …, …} of plain values.

Described = dict[str, dict[str, Any]]


def is_ours(name: str) -> bool:
    return name.rpartition(".")[2] != "django_migrations"


def known_columns(table: Table, names: Iterable[str]) -> list[str]:
    return [name for name in table.columns if name in set(names)]


def described(catalog: Catalog, dsn: str) -> Described:
    """The offline catalog. The server is asked for one thing: how it spells each type."""
    found: Described = {
        "relations": {name: table.kind for name, table in catalog.tables.items()},
        "columns": {},
        "constraints": {},
        "indexes": {},
        "sequences": {name: tuple(value) for name, value in catalog.sequences.items()},
        "extensions": dict.fromkeys(catalog.extensions),
        "triggers": dict(catalog.triggers),
        "unknown": {name: None for name, table in catalog.tables.items() if not table.known},
    }
    spelled = spellings(dsn, {str(c.type) for table in catalog.tables.values() for c in table.columns.values()})
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


def held(dsn: str) -> Described:
    """What the server's own catalog holds."""
    found: Described = {
        name: {} for name in ("relations", "columns", "constraints", "indexes", "sequences", "extensions", "triggers")
    }
    with psycopg.connect(dsn) as connection:
        names = {oid: (name, kind) for name, oid, kind in connection.execute(RELATIONS) if is_ours(name)}
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


def differences(offline: Described, live: Described) -> list[str]:
    """One line for each thing that is not the same."""
    lines = []
    for part, values in live.items():
        mine = offline[part]
        for table in offline["unknown"]:  # the catalog says itself that it does not know these
            values = {k: v for k, v in values.items() if part == "relations" or not belongs(part, k, v, table)}
            mine = {k: v for k, v in mine.items() if part == "relations" or not belongs(part, k, v, table)}
        lines += [f"{part}: {name} is missing: {values[name]}" for name in values if name not in mine]
        lines += [f"{part}: {name} does not exist: {mine[name]}" for name in mine if name not in values]
        for name in values:
            if name in mine and mine[name] != values[name]:
                lines += [f"{part}: {name} is {values[name]}, taken for {mine[name]}"]
    return lines


def belongs(part: str, name: str, value: Any, table: str) -> bool:
    if part in ("indexes", "sequences"):
        return bool(value[0] == table)
    return name == table or name.startswith(f"{table}: ")


def differing_statements(
    offline: dict[MigrationKey, list[Sent]], live: dict[MigrationKey, list[Sent]], unfinished: Iterable[MigrationKey] = ()
) -> list[str]:
    """What differs, statement by statement. Of what is unfinished, only as far as it went."""
    lines = []
    for key in offline.keys() | live.keys():
        one, two = offline.get(key, []), live.get(key, [])
        if key in unfinished:
            one, two = one[: len(two)], two[: len(one)]
        for number in range(max(len(one), len(two))):
            a = one[number] if number < len(one) else None
            b = two[number] if number < len(two) else None
            if a != b:
                lines.append(f"{key[0]}.{key[1]} statement {number}:\n  offline {a}\n  live    {b}")
    return sorted(lines)


# Values of every kind that a default or a parameter may have.

UTC, EAST = datetime.timezone.utc, datetime.timezone(datetime.timedelta(hours=5, minutes=30))


class Size(models.IntegerChoices):
    SMALL = 3


class Colour(models.TextChoices):
    RED = "red"


LITERALS: list[Any] = [
    "", "plain", "it's", "back\\slash", "\\'", "ünïcödé — 😀", "50% %s %%", "tab\tand\nline", '"double"', Colour.RED, SafeString("x'y"),
    0, 5, -5, 2**31, -(2**63) - 1, 2**70, Size.SMALL, True, False, None,
    1.5, -1.5, 0.0, -0.0, 1e300, 1e-7, float("inf"), float("-inf"), float("nan"),
    Decimal("1.50"), Decimal("-1.5"), Decimal("-0"), Decimal("1E+3"), Decimal("1E-9"), Decimal("NaN"), Decimal("-Infinity"),
    datetime.date(2020, 1, 2), datetime.date.min, datetime.date.max,
    datetime.datetime(2020, 1, 2, 3, 4, 5), datetime.datetime(2020, 1, 2, 3, 4, 5, 6), datetime.datetime(2020, 1, 2, tzinfo=UTC),
    datetime.datetime(2020, 1, 2, 3, 4, 5, 600000, tzinfo=EAST), datetime.datetime(2020, 7, 2, tzinfo=ZoneInfo("Europe/Berlin")),
    datetime.time(1, 2), datetime.time(1, 2, 3, 4), datetime.time(1, 2, tzinfo=EAST),
    datetime.timedelta(0), datetime.timedelta(1), datetime.timedelta(-1), datetime.timedelta(seconds=-1), datetime.timedelta(microseconds=5),
    datetime.timedelta(days=1, seconds=3600), datetime.timedelta(days=-3, seconds=5, microseconds=7), datetime.timedelta(days=400, hours=25),
    UUID(int=5), UUID("12345678-1234-5678-1234-567812345678"),
    b"", b"ab\x00\xff'\\", bytearray(b"x"), memoryview(b"y"), psycopg.Binary(b"z\x00"), [psycopg.Binary(b"z")],
    Int4(-5), [Int4(1), Int4(-5)], [Int2(1)], [Int8(1)],
    [], ["a", "b c"], ["it's", 'q"q', "b\\s", "", "null", "NULL", "{x}", "a,b", None, "ü", " x", "a\tb", "a\x0bb"], [None, None],
    [1, 2], [-1, None, 300], [1, 100000], [2**31], [2**70], [Size.SMALL], [Colour.RED], [1.5, -2.0, float("inf")], [Decimal("1.5")],
    [True, False, None], [[1, 2], [3, 4]], [["a"], ["b,"]], [[]], [datetime.date(2020, 1, 2)], [datetime.datetime(2020, 1, 2, tzinfo=UTC)],
    [datetime.time(1, 2)], [datetime.timedelta(days=2, seconds=61)], [UUID(int=5)], [b"a\x00"], (1, 2), ("a", None, 'b"c\\', ""),
    Jsonb({"a": ["%s", None, True, 1.5, "it's", "b\\s", "ü"]}), Jsonb([]), Jsonb("x"), Jsonb(None), [Jsonb({"a": 'q"'}), None],
    {"a": "b'%", "n": None, 'q"': "\\"}, {},
    ipaddress.ip_address("1.2.3.4"), ipaddress.ip_address("::1"), ipaddress.ip_network("10.0.0.0/8"),
]  # fmt: skip


# Examples.


def example_plan(sources: Sequence[str], app_label: str = "shop") -> list[Migration]:
    """Migrations from the texts of their class bodies, made anew at each call: Django changes operations' fields in place."""
    from django.contrib.postgres import constraints, fields, indexes, operations
    from django.db.models import functions

    plan = []
    for number, source in enumerate(sources, 1):
        namespace: dict[str, Any] = {}
        for module in (constraints, fields, indexes, operations):
            namespace.update({name: getattr(module, name) for name in dir(module) if name[0].isupper()})
        namespace.update(
            migrations=migrations, models=models, functions=functions, M=migrations, m=models, F=models.F, Q=models.Q
        )
        exec(compile(inspect.cleandoc(source), f"<example {number}>", "exec"), namespace)
        body = {"operations": namespace["operations"], "atomic": namespace.get("atomic", True)}
        plan.append(type("Migration", (Migration,), body)(f"{number:04}_x", app_label))
    return plan
