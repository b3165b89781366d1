"""A Django connection that never connects, and its schema editor: what they are sent goes to a `Server`."""

from __future__ import annotations

import functools
import importlib
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

from django.conf import settings
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.operations import RunPython
from django.db.utils import DatabaseError

from migration_lint.sql import drivers, introspection
from migration_lint.sql.lexer import LexError, split
from migration_lint.sql.literals import UNKNOWN, holds, postgresql_literal
from migration_lint.sql.server import Server


class OfflineError(DatabaseError):
    """Something asked the database while SQL was being collected without one."""


class OfflineCursor:
    """Sends statements to the server; answers the few catalog queries that Django's own operations ask."""

    rowcount = -1
    lastrowid = None
    description = None
    arraysize = 1

    def __init__(self, wrapper: Any) -> None:
        self.wrapper = wrapper
        self.rows: list[tuple[Any, ...]] | None = None
        self.query = ""

    def execute(self, sql: object, params: Any = None) -> None:
        self.query = str(sql)
        server: Server = self.wrapper.server
        try:
            first = next((piece.tokens[0].value for piece in split(self.query, server.backend.dialect)), "")
        except LexError:
            first = ""
        if first in ("select", "with", "show", "values", "table"):
            self.rows = answer(self.query, params, server)
        else:
            server.send(bind(self.query, params, self.wrapper.quote_literal))

    def executemany(self, sql: object, params: Iterable[Any]) -> None:
        for row in params:
            self.execute(sql, row)

    def callproc(self, name: str, params: Any = None, kparams: Any = None) -> None:
        self.wrapper.server.send(f"CALL {name}()")

    def fetchall(self) -> list[tuple[Any, ...]]:
        if self.rows is None:
            raise OfflineError(
                f"the database was asked while its SQL was collected offline: {' '.join(self.query.split())[:200]}"
            )
        rows, self.rows = self.rows, []
        return rows

    def fetchone(self) -> tuple[Any, ...] | None:
        rows = self.fetchall()
        self.rows = rows[1:]
        return rows[0] if rows else None

    def fetchmany(self, size: int = 1) -> list[tuple[Any, ...]]:
        return self.fetchall()

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        return iter(self.fetchall())

    def close(self) -> None:
        pass

    def __enter__(self) -> OfflineCursor:
        return self

    def __exit__(self, *exc: object) -> None:
        pass


def answer(query: str, params: Any, server: Server) -> list[tuple[Any, ...]] | None:
    """What the catalog says to a query that Django's own code asks; None for any other."""
    first = str(next(iter(params.values() if isinstance(params, dict) else params or ()), ""))
    if "pg_extension" in query:
        return [(1,)] if first in server.catalog.extensions else []
    if "collisdeterministic" in query:
        return [(server.catalog.collations[first],)] if first in server.catalog.collations else [(True,)]
    if "pg_settings" in query:
        return [("0ms",)]
    if "pg_type" in query:  # object ids, asked for the driver's sake alone
        return []
    if "postgis" in query.lower() and "version" in query.lower():
        return [("3.4.0", "3.12.0", "9.3.0")]
    return None


def bind(sql: str, params: Any, quote: Any) -> str:
    """The text with its parameters in it, as a driver that binds on the client's side sends it."""
    if params is None:
        return sql
    try:
        if isinstance(params, Mapping):
            return sql % {key: quote(value) for key, value in params.items()}
        return sql % tuple(quote(value) for value in params)
    except (TypeError, ValueError, KeyError) as error:
        raise OfflineError(f"the parameters {list(params)!r:.80} do not fit the SQL: {error}") from error


class OfflineWrapper:
    """Mixed in before a backend's own DatabaseWrapper."""

    server: Server
    connection: Any
    in_atomic_block: bool

    def ensure_connection(self) -> None:
        pass

    def connect(self) -> None:
        raise OfflineError("this connection is offline")

    def get_new_connection(self, conn_params: object) -> Any:
        raise OfflineError("this connection is offline")

    def cursor(self, *args: object, **kwargs: object) -> OfflineCursor:
        return OfflineCursor(self)

    def chunked_cursor(self) -> OfflineCursor:
        return OfflineCursor(self)

    def close(self) -> None:
        pass

    def is_usable(self) -> bool:
        return True

    def get_autocommit(self) -> bool:
        return not self.in_atomic_block

    def set_autocommit(self, autocommit: bool, force_begin_transaction_with_broken_autocommit: bool = False) -> None:
        if autocommit:
            self.server.commit()
        else:
            self.server.begin()

    def commit(self) -> None:
        self.server.commit()

    def rollback(self) -> None:
        self.server.commit()

    def savepoint(self) -> None:
        return None

    def savepoint_commit(self, sid: object) -> None:
        pass

    def savepoint_rollback(self, sid: object) -> None:
        pass

    def run_on_commit(self, *args: object, **kwargs: object) -> None:
        """What runs after a commit is not part of the migration's SQL."""

    def validate_no_broken_transaction(self) -> None:
        pass

    def get_database_version(self) -> tuple[int, ...]:
        version = self.server.target.version
        return version if len(version) > 1 else (*version, 0)

    def quote_literal(self, value: object) -> str:
        raise NotImplementedError


class OfflineEditor:
    """Mixed in before a backend's own DatabaseSchemaEditor."""

    connection: Any

    def execute(self, sql: object, params: Any = ()) -> None:
        text = str(sql)
        self.connection.server.send(bind(text, params, self.connection.quote_literal))

    def quote_value(self, value: object) -> str:
        literal: str = self.connection.quote_literal(value)
        return literal

    def effective_default(self, field: Any) -> Any:
        """A default that cannot be computed offline keeps its place: the statement's shape does not depend on its value."""
        try:
            return super().effective_default(field)  # type: ignore[misc]
        except Exception:
            return UNKNOWN

    def prepare_default(self, value: Any) -> Any:
        return self.quote_value(value)


def offline_editor(own: Any) -> type[Any]:
    """The backend's schema editor, with ours between what a third party adds and Django's: its `execute` still has its say."""
    django = next(owner for owner in own.__mro__ if owner.__module__.startswith("django."))
    inner = type("Editor", (OfflineEditor, django), {})
    return inner if own is django else type("Editor", (own, inner), {})


@functools.cache
def wrapper_class(vendor: str, engine: str) -> type[Any]:
    """The backend's own DatabaseWrapper, made offline. `engine` is the settings' where it is of this vendor."""
    module = engine or drivers.BACKENDS[vendor]
    with ExitStack() as stack:
        installed = drivers.is_installed(vendor)
        if not installed:
            stack.enter_context(drivers.stand_ins(vendor))
        base: Any = importlib.import_module(f"{module}.base").DatabaseWrapper
        quote = driver_quote(importlib.import_module("django.db.backends.postgresql.psycopg_any")) if installed else None

    Editor = offline_editor(base.SchemaEditorClass)

    class Introspection(base.introspection_class):  # type: ignore[misc]
        def get_constraints(self, cursor: object, table_name: str) -> Any:
            return introspection.constraints(self.connection.server.catalog, table_name)

        def get_sequences(self, cursor: object, table_name: str, table_fields: object = ()) -> Any:
            return introspection.sequences(self.connection.server.catalog, table_name)

        def get_table_list(self, cursor: object) -> Any:
            return introspection.table_list(self.connection.server.catalog)

        def get_table_description(self, cursor: object, table_name: str) -> Any:
            return introspection.description(self.connection.server.catalog, table_name)

        def get_relations(self, cursor: object, table_name: str) -> Any:
            return introspection.relations(self.connection.server.catalog, table_name)

    class Wrapper(OfflineWrapper, base):  # type: ignore[misc]
        SchemaEditorClass = Editor
        introspection_class = Introspection

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self.introspection = Introspection(self)  # a backend may have made its own

        @property
        def pg_version(self) -> int:
            version = self.get_database_version()
            return version[0] * 10000 + version[1]

        def quote_literal(self, value: object) -> str:
            if quote is None or value is UNKNOWN or holds(value, (bytes, bytearray, memoryview, dict)):
                return postgresql_literal(value)  # the driver spells these by what it learned from the server
            return quote(value)

    return Wrapper


def driver_quote(psycopg_any: Any) -> Callable[[object], str]:
    """The driver's own way to spell a literal without a connection, by the rules that Django gives to its connections."""
    context = psycopg_any.get_adapters_template(settings.USE_TZ, None) if psycopg_any.is_psycopg3 else None
    return lambda value: str(psycopg_any.sql.quote(value, context))


def engine_of(alias: str, vendor: str) -> str:
    """The settings' engine where it is of this vendor, so that a subclass keeps its own schema editor; '' otherwise."""
    engine = str(connections.settings[alias].get("ENGINE", ""))
    if alias in connections and engine and not engine.endswith("dummy"):
        wrapper = connections[alias]
        if wrapper.vendor == vendor:
            return engine
    return ""


def offline_connection(server: Server) -> Any:
    """A connection for the server's target, with its alias's settings. Raises OfflineError where the backend cannot be made."""
    alias = server.target.alias
    settings = dict(connections[alias].settings_dict)
    try:
        wrapper = wrapper_class(server.target.vendor, engine_of(alias, server.target.vendor))(settings, alias)
    except Exception as error:
        raise OfflineError(f"Django's {server.target.vendor} backend could not be loaded: {error}") from error
    wrapper.server = server
    return wrapper


def refuse(self: Any, *args: object, **kwargs: object) -> None:
    raise OfflineError(f"the database {self.alias!r} was asked while SQL was collected offline")


def not_run(self: Any, *args: object, **kwargs: object) -> None:
    """A RunPython's code never runs here."""


def forget_type_oids() -> None:
    """Django keeps the object ids of extensions' types by alias; what was made up here must not reach a real connection."""
    signals = sys.modules.get("django.contrib.postgres.signals")
    for name in ("get_hstore_oids", "get_citext_oids"):
        if (function := getattr(signals, name, None)) is not None:
            function.cache_clear()


@contextmanager
def installed(wrapper: Any) -> Iterator[None]:
    """While open, `connections[alias]` is the offline connection, no other connects, and no RunPython runs."""
    alias = wrapper.alias
    replaced: Sequence[tuple[Any, str, Any]] = (
        (BaseDatabaseWrapper, "connect", refuse),
        (RunPython, "database_forwards", not_run),
        (RunPython, "database_backwards", not_run),
    )
    kept = [(owner, name, owner.__dict__[name]) for owner, name, _ in replaced]
    before = connections[alias]
    connections[alias] = wrapper
    for owner, name, value in replaced:
        setattr(owner, name, value)
    try:
        yield
    finally:
        for owner, name, value in kept:
            setattr(owner, name, value)
        connections[alias] = before
        forget_type_oids()
