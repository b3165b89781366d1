"""The bookshop of the examples, as a database is to have it before one of them, and on a live server."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar

from django.db.migrations import Migration

from migration_lint import conf
from migration_lint.project import collect
from migration_lint.testing import APP, Accounts, Bookshop
from migration_lint.types import Effect, MigrationImpact

ROWS = (
    "INSERT INTO accounts_account (id, name) VALUES (1, 'one')",
    "INSERT INTO shop_author (id, name, code) VALUES (1, 'Ada', 'a'), (2, 'Ben', 'b')",
    "INSERT INTO shop_tag (id, name) VALUES (1, 'new')",
    """INSERT INTO shop_book (id, author_id, title, sku, isbn, price, stock, notes, published, publisher_id)
        VALUES (1, 1, 'A', 'x', '1', 1, 1, '1', '2020-01-01', 1), (2, 2, 'B', 'y', '2', 2, 2, '2', '2020-01-02', 1)""",
    "INSERT INTO shop_book_tags (book_id, tag_id) VALUES (1, 1)",
    "INSERT INTO shop_review (id, book_id, body, rating) VALUES (1, 1, 'good', 5)",
)


def statements(target: str) -> list[str]:
    """What makes it: impacts tell of the migrations over it alone."""
    errors: list[str] = []
    plan: tuple[Migration, ...] = (Accounts("0001_x", "accounts"), Bookshop("0001_x", APP))
    walked = collect.walk(plan, frozenset(), (conf.parse_target(target),), lambda key: frozenset({key}), False, errors)
    made = [statement.sql for (impact,) in walked for _, statement in impact.timeline]
    assert errors == []
    return made


def effects_by_table(migration: MigrationImpact) -> dict[str, list[Effect]]:
    """What is predicted for the relations that the migration finds, by the names that they have then."""
    names = {table.id: name for name, table in migration.before.tables.items()}
    found: dict[str, list[Effect]] = {name: [] for name in migration.before.tables}
    for _, statement in migration.timeline:
        for effect in statement.effects:
            name = names.get(effect.table.id) if effect.table is not None and effect.table.id else effect.relation
            if name in found:
                found[str(name)].append(effect)
    return found


class RefusedError(Exception):
    """What the server answered, in the words of the fact files' errors, and to what."""

    def __init__(self, answer: str, sql: str = "") -> None:
        super().__init__(answer)
        self.sql = sql


def matches(error: str | None, answer: str | None) -> bool:
    """Whether the answer has each part of the error: `error 1005, errno 150`, `error in view …: no such table`."""
    if error is None or answer is None:
        return error == answer
    return all(part in answer for piece in error.split(", errno") for part in piece.split("…"))


class Shop(ABC):
    """The bookshop with rows on a live server, where a migration is run and every table watched."""

    target: ClassVar[str]

    def __init__(self) -> None:
        self.is_new = False

    @classmethod
    @abstractmethod
    @contextmanager
    def opened(cls) -> Iterator[Shop]:
        """In a database of its own. Skips or fails where there is no such server."""

    @abstractmethod
    def make(self) -> None:
        """Anew."""

    @abstractmethod
    def send(self, sql: str) -> None:
        """Carry it out. Raises RefusedError."""

    @abstractmethod
    def run(self, migration: MigrationImpact, keep: bool = True) -> tuple[list[str], list[str]]:
        """What is said of the tables that the migration finds, and what they go through: a line each. Raises RefusedError.

        Where nobody wants to `keep` it, it may be taken back.
        """

    def prepare(self, *changes: str) -> None:
        """As new, but for these changes of the rows."""
        if not self.is_new:
            self.make()
        self.is_new = not changes
        for sql in changes:
            self.send(sql)
