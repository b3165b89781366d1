"""What a live MariaDB does with a statement: the cheapest way that it takes it, and what is another afterwards."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import pymysql
from django.db import DatabaseError

from migration_lint import backends
from migration_lint.types import Effect, MigrationImpact
from tests import bookshop
from tests.servers import MySQLServer, running_mariadb

BACKEND = backends.load("mariadb")
ALTER = re.compile(r"(ALTER TABLE|CREATE (\w+ )?INDEX)\b")
REFUSED = (1845, 1846)  # ALGORITHM or LOCK is not supported for this
WAITED = 1205
IMPATIENT = "SET SESSION lock_wait_timeout = 0, innodb_lock_wait_timeout = 0"

Run = Callable[[str], Any]


def takes(run: Run, sql: str, *requests: str) -> bool:
    """Whether the server carries the statement out like this; what it refuses it leaves as it was."""
    separator = ", " if sql.startswith("ALTER") else " "
    try:
        run(separator.join((sql, *requests)))
    except (pymysql.MySQLError, DatabaseError) as error:
        if error.args[0] in REFUSED:
            return False
        raise
    return True


def waits(run: Run, sql: str) -> bool:
    """Whether the session, an impatient one, would have to wait for this."""
    try:
        run(sql)
    except pymysql.MySQLError as error:
        if error.args[0] == WAITED:
            return True
        raise
    return False


def observe(run: Run, ask: Run, sql: str, table: str) -> dict[str, object]:
    """What the statement did, and of an ALTER the cheapest algorithm that the server takes it with, and the weakest lock with that.

    `run` sends the statement, `ask` returns the rows of a question.
    """
    old, indexes_before = storage(ask, table)
    found: dict[str, object] = {}
    is_alter = bool(ALTER.match(sql))
    if not is_alter:
        run(sql)
    for algorithm, lock in itertools.product(BACKEND.algorithms, BACKEND.locks) if is_alter else ():
        if takes(run, sql, f"ALGORITHM={algorithm}", f"LOCK={lock}"):
            found = {"algorithm": algorithm, "lock": lock}
            break
    new, indexes_after = storage(ask, table)
    if old is not None and new is not None:
        found["rewrites"] = old != new and not sql.startswith("TRUNCATE")  # nothing is in what that makes
        found["builds_index"] = old == new and bool(indexes_after - indexes_before)
    return found


def storage(ask: Run, table: str) -> tuple[Any, set[Any]]:
    """What is another after a rebuild, and what is new after the build of an index."""
    named = f"name = concat(database(), '/{table}')"
    found = ask(f"SELECT table_id FROM information_schema.innodb_sys_tables WHERE {named}")
    indexes = ask(
        "SELECT index_id FROM information_schema.innodb_sys_indexes JOIN information_schema.innodb_sys_tables USING (table_id) "
        f"WHERE innodb_sys_tables.{named}"
    )
    return found[0][0] if found else None, {row[0] for row in indexes}


def told(effects: Iterable[Effect], observed: dict[str, object]) -> dict[str, object]:
    """What the effects say of what was observed; the worst of them counts."""
    effects = tuple(effects)
    algorithms = [effect.algorithm for effect in effects if effect.algorithm]
    locks = [effect.lock for effect in effects if effect.lock]
    rewrites = any(effect.rewrites for effect in effects)
    said: dict[str, object] = {
        "algorithm": max(algorithms, key=BACKEND.algorithms.index, default=None),
        "lock": max(locks, key=BACKEND.locks.index, default="NONE"),
        "rewrites": rewrites,
        "builds_index": not rewrites and any(effect.builds_index for effect in effects),
    }
    return {key: value for key, value in said.items() if key in observed}


PATIENCE = "SET SESSION lock_wait_timeout = 30, innodb_lock_wait_timeout = 30, max_statement_time = 30"
ABOUT = re.compile(r"\b(?:TABLE|INTO|ON|UPDATE|FROM) `?(\w+)")  # whose first match is what a statement makes, alters or fills
TABLES = "SELECT table_name, table_type FROM information_schema.tables WHERE table_schema = database() ORDER BY table_type DESC"


def about(sql: str) -> str | None:
    found = ABOUT.search(sql)
    return found and found[1]


class Shop(bookshop.Shop):
    """Nothing takes DDL back, and making all tables takes long: those are made anew that the statements since were about."""

    target = "mariadb@10.11"

    def __init__(self, server: MySQLServer, database: str) -> None:
        super().__init__()
        self.server, self.database = server, database
        self.monitor = server.connect(database)
        self.ask(IMPATIENT)
        self.connection = server.connect(database)
        self.sent: list[str] = []
        self.fresh: dict[str, list[Any]] = {}

    @classmethod
    @contextmanager
    def opened(cls) -> Iterator[Shop]:
        server = running_mariadb()
        with server.scratch() as name:
            shop = cls(server, name)
            try:
                yield shop
            finally:
                shop.connection.close()
                shop.monitor.close()

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        """On a connection of its own: LOCK TABLES keeps its session from all other tables."""
        with self.monitor.cursor() as cursor:
            cursor.execute(sql)
            return list(cursor.fetchall())

    def send(self, sql: str) -> None:
        self.sent.append(sql)
        self.is_new = False
        with self.connection.cursor() as cursor:
            cursor.execute(sql)

    def make(self) -> None:
        self.connection.close()  # with what the session has set
        self.connection = self.server.connect(self.database)
        touched = {about(sql) for sql in self.sent}
        self.send("SET foreign_key_checks = 0")
        kept = set()
        for name, kind in self.ask(TABLES):
            if name in self.fresh and name not in touched and kind != "VIEW":
                kept.add(name)
            else:
                self.send(f"DROP {'VIEW' if kind == 'VIEW' else 'TABLE'} `{name}`")
        for sql in (*bookshop.statements(self.target), *bookshop.ROWS):
            if about(sql) not in kept:
                self.send(sql)
        self.send("SET foreign_key_checks = 1")
        self.send(PATIENCE)
        held = {
            name: self.ask(f"SHOW CREATE TABLE `{name}`") + self.ask(f"SELECT * FROM `{name}`") for name, _ in self.ask(TABLES)
        }
        self.fresh = self.fresh or held
        assert held == self.fresh
        self.sent = []

    def run(self, migration: MigrationImpact, keep: bool = True) -> tuple[list[str], list[str]]:
        """By statement: each stands on its own."""
        said, seen = [], []
        for number, (_, statement) in enumerate(migration.timeline, 1):
            table = next((action.table for action in statement.actions if action.table), None)
            try:
                observed = self.observe(statement.sql, table)
            except pymysql.Error as error:
                raise bookshop.RefusedError(f"error {error.args[0]}, {error.args[1]}", statement.sql) from error
            seen.append(line(number, table, observed))
            said.append(line(number, table, told((each for each in statement.effects if each.relation == table), observed)))
        return said, seen

    def observe(self, sql: str, table: str | None) -> dict[str, object]:
        if table is None:
            self.send(sql)
            return {}
        observed = observe(self.send, self.ask, sql, table)
        if not ALTER.match(sql) and (table,) in self.ask("SHOW TABLES"):  # what the session keeps to itself after the statement
            if waits(self.ask, f"SELECT 1 FROM `{table}` LIMIT 1"):
                observed["lock"] = "EXCLUSIVE"
            else:
                observed["lock"] = "SHARED" if waits(self.ask, f"DELETE FROM `{table}` WHERE false") else "NONE"
        return observed


def line(number: int, table: str | None, work: dict[str, object]) -> str:
    return f"{number}. {table}: {', '.join(f'{name} {value}' for name, value in sorted(work.items()))}"
