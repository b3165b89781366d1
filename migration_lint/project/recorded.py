"""What a database has recorded as applied, for those who ask for it: one table is read, and nothing is written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from concurrent.futures import TimeoutError as WaitedInVain
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from threading import Thread
from typing import Any, TypeVar
from urllib.parse import unquote, urlsplit

from django.db import connections
from django.db.migrations import Migration
from django.db.migrations.exceptions import CircularDependencyError, NodeNotFoundError
from django.db.migrations.loader import MigrationLoader

from migration_lint import backends
from migration_lint.conf import UsageError, check_alias
from migration_lint.failures import told
from migration_lint.project.loading import Graph, Loader
from migration_lint.types import MigrationKey, Recorded

Answer = TypeVar("Answer")
PATIENCE = 30  # seconds


def applied(graph: Graph, alias: str, option: str) -> frozenset[MigrationKey]:
    """The migrations of the plan that a database has run, as such or as those that they replace. Raises UsageError."""
    known = read(alias, option)

    def is_applied(migration: Migration) -> bool:
        replaced = {(label, name) for label, name in migration.replaces}
        return (migration.app_label, migration.name) in known or bool(replaced and replaced <= known)

    return frozenset((m.app_label, m.name) for m in graph.migrations if is_applied(m))


def recorded(graph: Graph, alias: str) -> Recorded:
    """Raises UsageError where the database cannot be read."""
    applied = read(alias, "--check-history")
    if graph.loader.left_out:
        return Recorded(alias, applied)  # a broken graph says nothing of an order
    try:
        loader = RecordedLoader(graph.loader, applied)
    except (NodeNotFoundError, CircularDependencyError) as error:
        return Recorded(alias, applied, error=" ".join(str(error).split()))
    early = [
        (key, parent.key)
        for key in sorted(applied)
        if key in loader.graph.nodes
        for parent in sorted(loader.graph.node_map[key].parents)
        if not loader.is_applied(parent.key)
    ]
    return Recorded(alias, applied, tuple(early))


def read(alias: str, option: str) -> frozenset[MigrationKey]:
    """`option` is what asked for it."""
    check_alias(alias)
    try:
        connection: Any = connections[alias]
        if getattr(connection, "is_in_memory_db", bool)():  # no other connection can see it, and there is nobody to wait for
            with connection.cursor() as cursor:
                return asked(cursor, facts(connection))
        return within(PATIENCE, partial(asked_alone, connection))
    except Exception as error:  # whatever a driver raises
        raise UsageError(f"{option} {alias}: the database could not be read: {told(error, alias).rstrip('.')}.") from None


def within(seconds: int, work: Callable[[], Answer]) -> Answer:
    """For what no driver has a limit for: names that nobody resolves, poolers with a queue, hosts that go silent half way."""
    answer: Future[Answer] = Future()

    def run() -> None:
        try:
            answer.set_result(work())
        except BaseException as error:
            answer.set_exception(error)

    Thread(target=run, daemon=True).start()
    try:
        return answer.result(seconds)
    except WaitedInVain:
        raise TimeoutError(f"no answer within {seconds} seconds") from None


def asked_alone(connection: Any) -> frozenset[MigrationKey]:
    with reading(connection) as cursor:
        return asked(cursor, facts(cursor.db))


def asked(cursor: Any, own: backends.Reading) -> frozenset[MigrationKey]:
    cursor.execute(own.exists)
    if cursor.fetchone() is None:
        return frozenset()
    cursor.execute("SELECT app, name FROM django_migrations")
    return frozenset((str(label), str(name)) for label, name in cursor.fetchall())


@contextmanager
def reading(other: Any) -> Iterator[Any]:
    """A cursor that can only read, and soon gives up waiting.

    It is a new connection's: what others have opened, and may be using, stays as it is.
    """
    options = {**facts(other).options, **other.settings_dict["OPTIONS"]}
    options.pop("pool", None)  # what is in there was connected for others
    settings = {**other.settings_dict, "OPTIONS": options}
    if hasattr(other, "is_in_memory_db"):
        settings["NAME"] = read_only(settings["NAME"])
    connection = type(other)(settings, other.alias)
    try:
        connection.set_autocommit(False)
        with connection.cursor() as cursor:
            for statement in facts(connection).settings:
                cursor.execute(statement)
            yield cursor
        connection.rollback()
    finally:
        connection.close()


def facts(connection: Any) -> backends.Reading:
    """Django has one backend for MariaDB and MySQL, and knows which it is when it is connected."""
    is_mariadb = connection.connection is not None and getattr(connection, "mysql_is_mariadb", False)
    return backends.load("mariadb" if is_mariadb else connection.vendor).reading


def read_only(name: str | Path) -> str:
    """The address of an SQLite file. Connecting to it makes no file: neither this one nor those beside it."""
    text = str(name)
    path = Path(unquote(urlsplit(text).path) if text.startswith("file:") else text).absolute()
    with path.open("rb") as file:
        is_wal = file.read(20)[18:] == b"\2\2"
    # Nobody has a file in WAL mode open where there is no log, and whoever opens it makes one, though it only reads.
    return f"{path.as_uri()}?{'immutable=1' if is_wal and not Path(f'{path}-wal').exists() else 'mode=ro'}"


class RecordedLoader(MigrationLoader):
    """Django's own loader over what was loaded: which squashed migrations it can use depends on what was applied."""

    def __init__(self, loaded: Loader, applied: frozenset[MigrationKey]) -> None:
        self.loaded, self.known = loaded, applied
        self.records: dict[MigrationKey, Any] = dict.fromkeys(applied)
        super().__init__(None, ignore_no_migrations=True)

    def load_disk(self) -> None:
        self.disk_migrations = self.loaded.disk_migrations
        self.migrated_apps, self.unmigrated_apps = self.loaded.migrated_apps, self.loaded.unmigrated_apps

    @property
    def applied_migrations(self) -> dict[MigrationKey, Any]:
        """Without a connection Django takes nothing for applied."""
        return self.records

    @applied_migrations.setter
    def applied_migrations(self, value: object) -> None: ...

    def is_applied(self, key: MigrationKey) -> bool:
        """Whether the migration, or all that it replaces, is recorded."""
        if key in self.known:
            return True
        migration = self.replacements.get(key)
        return migration is not None and all(self.is_applied((old[0], old[1])) for old in migration.replaces)
