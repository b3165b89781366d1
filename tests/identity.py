"""What a real `migrate` sends and what the server then holds, beside what was collected offline: both as plain values to compare.

What is a vendor's own about it is a `Database` of its own: `identity_postgresql`, `identity_mysql`.
"""

from __future__ import annotations

import datetime
import functools
import inspect
import ipaddress
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from importlib import import_module
from typing import Any, ClassVar
from unittest import mock
from uuid import UUID
from zoneinfo import ZoneInfo

import psycopg
from django.apps import apps
from django.db import connections, migrations, models
from django.db.migrations import Migration, RunPython
from django.db.migrations.state import ProjectState
from django.utils.safestring import SafeString
from psycopg.types.json import Jsonb
from psycopg.types.numeric import Int2, Int4, Int8

from migration_lint import backends, conf
from migration_lint.project import collect
from migration_lint.sql.catalog import Catalog
from migration_lint.sql.lexer import Dialect, split
from migration_lint.types import MigrationImpact, MigrationKey

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

# {"relations": …, "constraints": …, …}: each part by name, of plain values.
Described = dict[str, dict[str, Any]]


class Database(ABC):
    """A database of a live server's."""

    VENDOR: ClassVar[str]

    @property
    def dialect(self) -> Dialect:
        return backends.load(self.VENDOR).dialect

    @property
    @abstractmethod
    def settings(self) -> dict[str, Any]:
        """What leads Django to it; all else is taken from the settings' database."""

    @abstractmethod
    def text(self, cursor: Any) -> str:
        """What the driver's cursor has just sent."""

    @abstractmethod
    def rehearsal(self, connection: Any, migration: Migration, made: Sequence[str]) -> AbstractContextManager[None]:
        """While open, the migration can be gone back through this connection; the database is left as it was.

        `made` is every statement that made the database what it is.
        """

    @abstractmethod
    def described(self, catalog: Catalog) -> Described:
        """The offline catalog. The server is asked for one thing: how it spells each type."""

    @abstractmethod
    def held(self) -> Described:
        """What the server's own catalog holds."""


class Recorder:
    """Takes each statement down as the driver sent it; what only asks and what a RunPython sends is left out.

    `made` has all that was sent, a RunPython's too.
    """

    def __init__(self, database: Database | None) -> None:
        self.database = database
        self.made: list[str] = []
        self.sent: list[Sent] = []
        self.operation = -1
        self.pauses = 0
        self.owners: dict[int, int] = {}
        self.kept: list[object] = []
        self.own_text = False

    def __call__(self, execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        result = execute(sql, params, many, context)
        assert not many or self.pauses
        assert self.database is not None
        for piece in split(self.database.text(context["cursor"].cursor), self.database.dialect):
            if self.own_text or piece.tokens[0].value not in ASKING:
                self.made.append(piece.sql)
                if not self.pauses and self.operation >= 0:
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


def live_connection(database: Database, alias: str) -> tuple[Any, Recorder]:
    """A connection of Django's to this database, recorded."""
    settings = {**connections[alias].settings_dict, **database.settings}
    own = import_module(f"{settings['ENGINE']}.base").DatabaseWrapper
    recorder = Recorder(database)

    class Editor(own.SchemaEditorClass):  # type: ignore[misc, name-defined]
        def execute(self, sql: Any, params: Any = ()) -> Any:
            with recorder.text_of(sql):
                return super().execute(sql, params)

    class Wrapper(own):  # type: ignore[misc, valid-type]
        SchemaEditorClass = Editor

    wrapper = Wrapper(settings, alias)
    wrapper.execute_wrappers.append(recorder)
    return wrapper, recorder


@contextmanager
def elsewhere(connection: Any, name: str) -> Iterator[None]:
    """The connection leads to another database of the same server."""

    def lead(name: str) -> None:
        connection.close()
        connection.settings_dict["NAME"] = name
        connection.ensure_connection()  # what a new connection sends is no migration's

    kept = connection.settings_dict["NAME"]
    lead(name)
    try:
        yield
    finally:
        lead(kept)


def connected(database: Database, alias: str) -> AbstractContextManager[tuple[Any, Recorder]]:
    return installed(*live_connection(database, alias))


@contextmanager
def installed(wrapper: Any, recorder: Recorder) -> Iterator[tuple[Any, Recorder]]:
    """`connections[alias]` is this connection, and what a RunPython sends is not recorded."""
    alias = wrapper.alias
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
    database: Database,
    plan: Callable[[], Sequence[Migration]],
    alias: str = "default",
    unmigrated: frozenset[str] = frozenset(),
) -> Run:
    """Apply a plan for real. Right after each migration its way back is run too, and undone.

    Each way back has a plan of its own, as it is another process that goes it: Django changes an operation's fields in place.
    """
    run = Run()
    state = ProjectState(real_apps=set(unmigrated))
    with connected(database, alias) as (connection, recorder):
        connection.ensure_connection()
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
                made = list(recorder.made)
                with recorder.watching(migration) as sent:
                    try:
                        with (
                            database.rehearsal(connection, migration, made),
                            connection.schema_editor(atomic=migration.atomic) as editor,
                        ):
                            migration.unapply(before, editor)
                    except Exception as error:  # Django or the server refuses
                        connection.close()
                        connection.ensure_connection()
                        run.refused[key] = str(error).partition("\n")[0]
                recorder.made = made
                run.backwards[key] = sent
    return run


# What there is in the end.


def is_ours(name: str) -> bool:
    return name.rpartition(".")[2] != "django_migrations"


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


def compared(
    database: Database, target: str, sources: Sequence[str], unmigrated: frozenset[str] = frozenset()
) -> tuple[list[str], dict[MigrationKey, str]]:
    """What differs for the migrations of these texts, there and back, one line each; and the ways back that were refused."""
    impacts, catalog = impacts_offline(example_plan(sources), target, unmigrated)
    offline = collected(impacts)
    live = run_live(database, lambda: example_plan(sources), unmigrated=unmigrated)
    lines = [
        *differing_statements(offline.forwards, live.forwards),
        *differing_statements(offline.backwards, live.backwards, live.refused),
        *differences(database.described(catalog), database.held()),
    ]
    return lines, live.refused
