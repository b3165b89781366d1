"""What a live PostgreSQL does with a migration: what each relation goes through that was there before."""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any, NamedTuple

import psycopg

from migration_lint.trace import LOCKS, RELATIONS, Observer
from migration_lint.types import Blocks, Effect, MigrationImpact
from tests import bookshop
from tests.servers import running

PATIENCE = "-c statement_timeout=30s"  # two sessions of one test must not wait for each other for ever


class Work(NamedTuple):
    """What a migration does to a relation that was there before it."""

    lock: str | None = None
    rewrites: bool = False
    builds_index: bool = False
    scans: bool = False

    def and_also(self, effect: Effect) -> Work:
        return Work(
            max((lock for lock in (self.lock, effect.lock) if lock), key=LOCKS.index, default=None),
            self.rewrites or effect.rewrites,
            self.builds_index or effect.builds_index,
            self.scans or effect.scans,
        )


class Watched(Observer):
    """Does not try what others can still do: the locks tell."""

    def _blocks(self, table: str) -> Blocks:
        return Blocks.NOTHING


def predicted(migration: MigrationImpact) -> dict[str, Work]:
    return {
        name: functools.reduce(Work.and_also, effects, Work())
        for name, effects in bookshop.effects_by_table(migration).items()
        if effects
    }


def shown(found: dict[str, Work], atomic: bool) -> list[str]:
    """A line a relation. What is shared with any reader or writer is left out; outside transactions, scans are not seen."""
    lines = []
    for name, work in sorted(found.items()):
        flags = [flag for flag in ("rewrites", "builds_index", "scans") if getattr(work, flag) and (atomic or flag != "scans")]
        if flags or LOCKS.index(work.lock or LOCKS[0]) > LOCKS.index("ROW EXCLUSIVE"):
            lines.append(", ".join((f"{name}: {work.lock}", *flags)))
    return lines


class Watch:
    """Sends statements through an observer, and adds up what it saw of the relations that were there at the beginning."""

    def __init__(self, observer: Observer, monitor: psycopg.Connection[Any]) -> None:
        self.observer = observer
        self.names: dict[int, str] = {oid: name for oid, name, *_ in monitor.execute(RELATIONS.encode())}
        self.found: dict[str, Work] = defaultdict(Work)

    def send(self, sql: str) -> None:
        now = {name: oid for oid, name, *_ in self.observer.connection.execute(RELATIONS.encode())}
        for effect in self.observer.observe(sql):
            name = self.names.get(now[str(effect.relation)])
            if name is not None:
                self.found[name] = self.found[name].and_also(effect)


class Shop(bookshop.Shop):
    target = "postgresql@15"

    def __init__(self, dsn: str) -> None:
        super().__init__()
        self.connection: psycopg.Connection[Any] = psycopg.connect(dsn, autocommit=True, options=PATIENCE)
        self.monitor: psycopg.Connection[Any] = psycopg.connect(dsn, autocommit=True, options=PATIENCE)

    @classmethod
    @contextmanager
    def opened(cls) -> Iterator[Shop]:
        with running().scratch() as dsn:
            shop = cls(dsn)
            with closing(shop.connection), closing(shop.monitor):
                yield shop

    def make(self) -> None:
        for sql in ("DROP SCHEMA public CASCADE", "CREATE SCHEMA public", *bookshop.statements(self.target), *bookshop.ROWS):
            self.send(sql)

    def send(self, sql: str) -> None:
        self.connection.execute(sql.encode())

    def run(self, migration: MigrationImpact, keep: bool = True) -> tuple[list[str], list[str]]:
        atomic, current = migration.migration.atomic, None
        self.is_new = self.is_new and bool(atomic) and not keep
        with Watched(self.connection, monitor=self.monitor) as observer:
            watch = Watch(observer, self.monitor)
            try:
                for _, statement in migration.timeline:
                    number = 0 if atomic else statement.transaction
                    if number != current:
                        self.connection.commit()
                        current = number
                        if current is not None:
                            self.send("BEGIN")
                    watch.send(statement.sql)
                self.send("SET CONSTRAINTS ALL IMMEDIATE")
                if keep:
                    self.connection.commit()
            except psycopg.Error as error:
                raise bookshop.RefusedError(f"SQLSTATE {error.sqlstate}", statement.sql) from error
            finally:
                self.connection.rollback()
        within = all(statement.transaction is not None for _, statement in migration.timeline)
        return shown(predicted(migration), within), shown(watch.found, within)
