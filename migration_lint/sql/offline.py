"""What makes a Django connection, its cursor and its schema editor offline; mixed in before a backend's own classes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.db.utils import DatabaseError

from migration_lint.sql.lexer import LexError, split
from migration_lint.sql.literals import UNKNOWN
from migration_lint.sql.server import Server

# What begins a statement that asks, and changes nothing.
QUESTIONS = ("select", "with", "show", "values", "table", "pragma", "explain", "describe", "desc")


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
        if first in QUESTIONS:
            self.rows = self.wrapper.answer(self.query, params)
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

    def session_settings(self, own: bool) -> dict[str, str]:
        """What holds in every session, by the server's names in lower case; from OPTIONS where they are `own`, the vendor's."""
        return {}

    def quote_literal(self, value: object) -> str:
        """The value as the driver, or Django's backend, writes it into a statement."""
        raise NotImplementedError

    def answer(self, query: str, params: Any) -> list[tuple[Any, ...]] | None:
        """What the catalog says to a query that Django's own code asks; None for any other."""
        return None


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
