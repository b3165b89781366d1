"""The one connection to a configured database: it can only read, waits for nobody, and sends what is listed here."""

from __future__ import annotations

import re
import socket
import socketserver
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connections
from django.db.backends.signals import connection_created

from migration_lint import backends
from migration_lint.conf import UsageError
from migration_lint.project import recorded
from tests.projects import CREATE, Project
from tests.servers import MySQLServer, Server, running

ALIAS = "production"
TABLE = "CREATE TABLE django_migrations (id serial, app varchar(255), name varchar(255), applied timestamp)"
ROW = "INSERT INTO django_migrations (app, name) VALUES ('shop', '0001_initial')"
KNOWN = frozenset({("shop", "0001_initial")})

Configure = Callable[..., None]


@pytest.fixture
def configure(django_db_blocker: Any) -> Iterator[Configure]:
    """Makes the entry of an alias of its own."""

    def make(engine: str, **values: Any) -> None:
        entry = {**connections.settings["default"], "USER": "", "PASSWORD": "", "HOST": "", "PORT": "", "OPTIONS": {}}
        connections.settings[ALIAS] = {**entry, "ENGINE": f"django.db.backends.{engine}", **values}

    with django_db_blocker.unblock():
        yield make
    if ALIAS in connections.settings:
        connections[ALIAS].close()
        del connections[ALIAS]
        del connections.settings[ALIAS]


@contextmanager
def relay(port: int | None) -> Iterator[tuple[int, bytearray]]:
    """A port that leads to another one, and all that went there; without one, it takes connections and never answers."""
    said = bytearray()

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            if port is None:
                self.request.recv(1)
                done.wait(20)
                return
            with socket.create_connection(("127.0.0.1", port)) as server:
                back = threading.Thread(target=pump, args=(server, self.request), daemon=True)
                back.start()
                pump(self.request, server, said)
                back.join(5)

    def pump(source: socket.socket, target: socket.socket, kept: bytearray | None = None) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                if kept is not None:
                    kept.extend(data)
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)

    done = threading.Event()
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as listener:
        threading.Thread(target=listener.serve_forever, args=(0.05,), daemon=True).start()
        try:
            yield listener.server_address[1], said
        finally:
            done.set()
            listener.shutdown()


def refused(message: str) -> None:
    with pytest.raises(UsageError, match=message):
        recorded.read(ALIAS, "--unapplied")


def are_refused(*statements: str) -> None:
    """The session may not change anything, whatever the role may."""
    for sql in statements:
        with pytest.raises(DatabaseError, match=r"read-only|readonly"), recorded.reading(connections[ALIAS]) as cursor:
            cursor.execute(sql)


WRITES = ("DELETE FROM django_migrations", "CREATE TABLE t (n integer)", "DROP TABLE django_migrations")

# PostgreSQL.


@pytest.fixture
def postgresql15(configure: Configure) -> Iterator[Any]:
    """A session of the superuser; the alias has a role that may read one table."""
    psycopg = pytest.importorskip("psycopg")
    server: Server = running()
    with server.scratch() as dsn, psycopg.connect(dsn, autocommit=True) as admin:
        role = f"{admin.info.dbname}_reader"
        admin.execute(f"CREATE ROLE {role} LOGIN")
        configure(
            "postgresql", NAME=admin.info.dbname, USER=role, HOST=admin.info.host, PORT=admin.info.port,
            OPTIONS={"sslmode": "disable"},
        )  # fmt: skip
        try:
            yield admin
        finally:
            connections[ALIAS].close()
            admin.execute(f"DROP OWNED BY {role}")
            admin.execute(f"DROP ROLE {role}")


def test_postgresql(postgresql15: Any) -> None:
    admin, entry = postgresql15, connections.settings[ALIAS]
    assert recorded.read(ALIAS, "--unapplied") == frozenset()
    admin.execute(TABLE)
    admin.execute(ROW)
    refused(r"ProgrammingError: permission denied for table django_migrations\.$")
    admin.execute(f"GRANT SELECT ON django_migrations TO {entry['USER']}")
    # Somebody uses the alias already, in a transaction.
    other: Any = connections[ALIAS]
    other.set_autocommit(False)
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        before = cursor.fetchone()
    with relay(int(entry["PORT"])) as (port, said):
        other.settings_dict["PORT"], own = port, entry["PORT"]
        assert recorded.read(ALIAS, "--unapplied") == KNOWN
        other.settings_dict["PORT"] = own
    sent = [each.decode() for each in re.findall(rb"[QP]....\0?([A-Z][^\0]{4,})\0", bytes(said), re.DOTALL)]
    assert sent == [
        "SELECT set_config('TimeZone', 'UTC', false)",  # Django's
        "BEGIN",
        "SET TRANSACTION ISOLATION LEVEL READ COMMITTED, READ ONLY",
        "SET LOCAL lock_timeout = '2s'",
        "SET LOCAL statement_timeout = '10s'",
        "SELECT 1 WHERE to_regclass('django_migrations') IS NOT NULL",
        "SELECT app, name FROM django_migrations",
        "ROLLBACK",
    ]
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid(), current_setting('transaction_read_only'), current_setting('lock_timeout')")
        assert cursor.fetchone() == (*before, "off", "0")
    other.close()
    other.settings_dict["USER"] = "postgres"
    other.settings_dict["OPTIONS"] = {"pool": True}
    assert recorded.read(ALIAS, "--unapplied") == KNOWN
    other.settings_dict["OPTIONS"] = {}
    are_refused(*WRITES)
    with admin.transaction():
        admin.execute("LOCK TABLE django_migrations IN ACCESS EXCLUSIVE MODE")
        started = time.monotonic()
        with pytest.raises(CommandError, match="canceling statement due to lock timeout") as raised:
            call_command("lintmigrations", "orders", "--target=postgresql@16", f"--unapplied={ALIAS}")
        assert (raised.value.returncode, time.monotonic() - started < 6) == (2, True)


# Hosts that take a connection and never answer.


def test_a_host_that_does_not_answer(configure: Configure, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("psycopg")
    monkeypatch.setitem(backends.load("postgresql").reading.options, "connect_timeout", 2)
    with relay(None) as (port, _):
        configure("postgresql", NAME="shop", USER="shop", HOST="127.0.0.1", PORT=port)
        started = time.monotonic()
        refused(r"^--unapplied production: the database could not be read: \w+: connection timeout expired")
        assert time.monotonic() - started < 4
    assert connections.settings[ALIAS]["OPTIONS"] == {}
    connections[ALIAS].settings_dict["OPTIONS"] = {"connect_timeout": "soon"}
    refused("bad value for connect_timeout: '<OPTIONS>'")


def test_a_host_that_does_not_answer_and_a_driver_that_waits(configure: Configure, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("oracledb")
    monkeypatch.setattr(recorded, "PATIENCE", 1)
    with relay(None) as (port, _):
        configure("oracle", NAME="shop", USER="shop", PASSWORD="x", HOST="127.0.0.1", PORT=port)
        refused(r"^--unapplied production: the database could not be read: TimeoutError: no answer within 1 seconds\.$")


# MariaDB.

SHIM = "import pymysql; pymysql.install_as_MySQLdb()"


def test_mariadb(mariadb: MySQLServer, tmp_path: Path) -> None:
    from pymysql import MySQLError

    project = Project(tmp_path)
    project.app("shop", **{"0001_initial": CREATE})
    with mariadb.scratch() as name, mariadb.connect(name) as admin, relay(mariadb.port) as (port, said):
        with admin.cursor() as cursor:
            cursor.execute(TABLE)
            cursor.execute(ROW)
            # The session may not change anything, whatever the user may.
            with mariadb.connect(name) as connection, connection.cursor() as reader:
                connection.autocommit(False)
                for sql in backends.load("mariadb").reading.settings:
                    reader.execute(sql)
                for sql in WRITES:
                    with pytest.raises(MySQLError, match="Cannot execute statement in a READ ONLY transaction"):
                        reader.execute(sql)
            cursor.execute(f"CREATE USER {name}@'%' IDENTIFIED BY 'x'")
            cursor.execute(f"GRANT SELECT ON {name}.* TO {name}@'%'")
        entry = {
            "ENGINE": "django.db.backends.mysql",
            "NAME": name,
            "USER": name,
            "PASSWORD": "x",
            "HOST": mariadb.host,
            "PORT": port,
        }
        project.settings("shop", more=f'{SHIM}\nDATABASES["default"] |= {entry!r}')
        try:
            result = project.run("lintmigrations", "--unapplied", "default")
            assert (result.status, result.err, "· 0 migrations" in result.out) == (0, "", True)
            with admin.cursor() as cursor:
                cursor.execute("LOCK TABLES django_migrations WRITE")
                started = time.monotonic()
                result = project.run("lintmigrations", "--unapplied", "default")
                assert time.monotonic() - started < 15
                cursor.execute("UNLOCK TABLES")
        finally:
            with admin.cursor() as cursor:
                cursor.execute(f"DROP USER {name}@'%'")
    assert (result.status, "(1205, 'Lock wait timeout exceeded; try restarting transaction')" in result.err) == (2, True)
    first = bytes(said).partition(b"\x01\0\0\0\x01")[0]  # the first of the two said goodbye
    packets = re.finditer(rb"(..)\0\0\x03", first, re.DOTALL)
    sent = [first[at.end() : at.end() + int.from_bytes(at[1], "little") - 1].decode() for at in packets]
    assert sent == [
        *sent[:5],  # the driver's and Django's
        "SET AUTOCOMMIT = 0",
        "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED, READ ONLY",
        "SET SESSION lock_wait_timeout = 2, max_statement_time = 10",
        "SELECT 1 FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = 'django_migrations'",
        "SELECT app, name FROM django_migrations",
        "ROLLBACK",
    ]
    assert [each.split()[:2] for each in sent[:5]] == [
        ["SET", "NAMES"], ["SET", "AUTOCOMMIT"], ["SET", "AUTOCOMMIT"], ["SELECT", "VERSION(),"], ["SET", "SESSION"],
    ]  # fmt: skip


# SQLite.


def test_sqlite(configure: Configure, tmp_path: Path) -> None:
    file = tmp_path / "a b.sqlite3"
    configure("sqlite3", NAME=file)
    refused(r"FileNotFoundError: \[Errno 2\] No such file or directory: '<NAME>'\.$")
    assert list(tmp_path.iterdir()) == []
    with closing(sqlite3.connect(file, isolation_level=None)) as admin:
        for sql in (TABLE, ROW):
            admin.execute(sql)
        sent: list[str] = []

        def listen(connection: Any, **_: Any) -> None:
            connection.connection.set_trace_callback(sent.append)

        connection_created.connect(listen)
        try:
            assert recorded.read(ALIAS, "--unapplied") == KNOWN
        finally:
            connection_created.disconnect(listen)
        assert sent == [
            "PRAGMA query_only = ON",
            "PRAGMA busy_timeout = 2000",
            "SELECT 1 FROM sqlite_master WHERE name = 'django_migrations'",
            "SELECT app, name FROM django_migrations",
        ]
        are_refused(*WRITES)
        admin.execute("BEGIN EXCLUSIVE")
        started = time.monotonic()
        refused(r"OperationalError: database is locked\.$")
        assert 1.5 < time.monotonic() - started < 6
        admin.execute("ROLLBACK")
        admin.execute("PRAGMA journal_mode = WAL")
        admin.execute("BEGIN EXCLUSIVE")
        admin.execute("DELETE FROM django_migrations")
        assert recorded.read(ALIAS, "--unapplied") == KNOWN
        admin.execute("ROLLBACK")
        admin.execute("UPDATE django_migrations SET name = '0002_next'")  # what is in the log counts
        assert recorded.read(ALIAS, "--unapplied") == {("shop", "0002_next")}
    assert list(tmp_path.iterdir()) == [file]
    before = file.read_bytes()
    for name in (str(file), f"{file.as_uri()}?mode=rwc"):
        connections[ALIAS].settings_dict["NAME"] = name
        assert recorded.read(ALIAS, "--unapplied") == {("shop", "0002_next")}
    assert (list(tmp_path.iterdir()), file.read_bytes()) == ([file], before)


def test_sqlite_in_memory_is_asked_where_it_is(configure: Configure) -> None:
    configure("sqlite3", NAME=":memory:")
    connection: Any = connections[ALIAS]
    assert recorded.read(ALIAS, "--unapplied") == frozenset()
    with connection.cursor() as cursor:
        cursor.execute(TABLE)
        cursor.execute(ROW)
    assert recorded.read(ALIAS, "--unapplied") == KNOWN
    connection.connection.close()  # Django would leave it open
