"""What the SQLite of this Python does with a migration: which lock others find, and what becomes of each table's pages."""

from __future__ import annotations

import itertools
import shutil
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from migration_lint import backends
from migration_lint.backends import version_tuple
from migration_lint.conf import oldest
from migration_lint.sql.catalog import Catalog
from migration_lint.types import MigrationImpact
from tests import bookshop
from tests.bookshop import effects_by_table

BACKEND = backends.load("sqlite")
VERSION = sqlite3.sqlite_version_info
CACHE = 8  # pages: what a table of any size would need is more
IS_SUPPORTED = version_tuple(oldest("sqlite")) <= VERSION
UNSUPPORTED = "Django does not support the SQLite of this Python."


def connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None)
    for setting in (f"cache_size = {CACHE}", "secure_delete = OFF", "synchronous = OFF", "foreign_keys = OFF"):
        connection.execute(f"PRAGMA {setting}")
    return connection


def found_by_another(path: Path) -> str | None:
    """What another connection finds the database locked by."""
    with closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as other:
        try:
            other.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except sqlite3.OperationalError:
            return "EXCLUSIVE"
        try:
            other.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return "RESERVED"
        return None


def felt(locks: Iterable[str | None]) -> str | None:
    """The strongest of these locks; a reader is in nobody's way."""
    lock = max(locks, key=BACKEND.rank, default=None)
    return None if lock == "SHARED" else lock


def roots(connection: sqlite3.Connection, kind: str = "table") -> dict[str, int]:
    """Where each table's or index's tree begins: elsewhere after a remake."""
    sql = "SELECT name, rootpage FROM sqlite_master WHERE type = ? AND rootpage AND name NOT LIKE 'sqlite_autoindex%'"
    return dict(connection.execute(sql, [kind]).fetchall())


def pages(path: Path, mark: str) -> dict[int, bytes]:
    """The pages of the file that hold the mark."""
    data = path.read_bytes()
    size = int.from_bytes(data[16:18], "big")
    found = {number: data[number * size : (number + 1) * size] for number in range(len(data) // size)}
    return {number: page for number, page in found.items() if mark.encode() in page}


def are_anew(before: dict[int, bytes], after: dict[int, bytes]) -> bool:
    """Whether most of a table's pages are others now."""
    return sum(after.get(number) != page for number, page in before.items()) > len(before) / 2


def remade(migration: MigrationImpact) -> set[str]:
    """The tables that the operations are predicted to remake, by their names of before."""
    names = {table.id: name for name, table in migration.before.tables.items()}
    effects = [effect for _, statement in migration.timeline for effect in statement.effects]
    return {names[effect.table.id] for effect in effects if effect.algorithm == "REMAKE" and effect.table is not None}


def name_after(before: Catalog, after: Catalog, name: str) -> str | None:
    """What the table is called in the end; None where it is gone."""
    table = before.tables.get(name)
    return next((other.name for other in after.tables.values() if table and other.id == table.id), None)


NUMBERS = "WITH RECURSIVE n (i) AS (SELECT 3 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)"
MARK = "a row of {}"  # tells a table's pages in the file
MORE_ROWS = (
    f"INSERT INTO accounts_account (id, name) {NUMBERS} SELECT i, '{MARK.format('accounts_account')} ' || i FROM n",
    f"INSERT INTO shop_author (id, name, code) {NUMBERS} SELECT i, '{MARK.format('shop_author')} ' || i, i FROM n",
    f"INSERT INTO shop_tag (id, name) {NUMBERS} SELECT i, '{MARK.format('shop_tag')} ' || i FROM n",
    f"""INSERT INTO shop_book (id, author_id, title, sku, isbn, price, stock, notes, published, publisher_id)
        {NUMBERS} SELECT i, i, i, i, i, i, i, '{MARK.format("shop_book")} ' || i, '2020-01-01', 1 FROM n""",
    f"INSERT INTO shop_book_tags (book_id, tag_id) {NUMBERS} SELECT i, i FROM n",
    f"INSERT INTO shop_review (id, book_id, body, rating) {NUMBERS} SELECT i, i, '{MARK.format('shop_review')} ' || i, 5 FROM n",
)


class Shop(bookshop.Shop):
    """A copy of one file for each migration."""

    target = f"sqlite@{sqlite3.sqlite_version}"

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.template, self.path = folder / "new.sqlite3", folder / "shop.sqlite3"
        with closing(connect(self.template)) as connection:
            for sql in (*bookshop.statements(self.target), "BEGIN", *bookshop.ROWS, *MORE_ROWS, "COMMIT"):
                connection.execute(sql)

    @classmethod
    @contextmanager
    def opened(cls) -> Iterator[Shop]:
        if not IS_SUPPORTED:
            pytest.skip(UNSUPPORTED)
        with tempfile.TemporaryDirectory() as folder:
            yield cls(Path(folder))

    def make(self) -> None:
        shutil.copy(self.template, self.path)

    def send(self, sql: str) -> None:
        with closing(connect(self.path)) as connection:
            connection.execute(sql)

    def run(self, migration: MigrationImpact, keep: bool = True) -> tuple[list[str], list[str]]:
        """With the strongest lock that others find before a commit: it is the whole database's."""
        self.is_new = False
        with closing(connect(self.path)) as connection:
            tables, indexes, count = roots(connection), roots(connection, "index"), connection.total_changes
            rows = {name: self.pages(name) for name in tables}
            lock = felt([self.carry_out(connection, unit) for unit in units(migration)])
            changes = connection.total_changes > count
            tables_after, indexes_after = roots(connection), roots(connection, "index")
            new = {name for name, root in indexes_after.items() if indexes.get(name) != root}
            owners = dict(connection.execute("SELECT name, tbl_name FROM sqlite_master WHERE type = 'index'").fetchall())
            assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        effects = effects_by_table(migration)
        said = [f"the database: {felt(effect.lock for _, each in migration.timeline for effect in each.effects)}"]
        seen = [f"the database: {lock}"]
        for name, root in tables.items():
            now = name_after(migration.before, migration.after, name)
            if now is not None:
                flags = (
                    name in remade(migration),
                    any(e.rewrites for e in effects[name]),
                    any(e.builds_index for e in effects[name]),
                )
                said.append(line(name, *flags))
                moved, anew = tables_after[now] != root, are_anew(rows[name], self.pages(name))
                built = any(owners[index] == now and (moved or index in new) for index in indexes_after)
                seen.append(line(name, moved, moved or (anew and not changes), built))
        return said, seen

    def pages(self, name: str) -> dict[int, bytes]:
        return pages(self.path, MARK.format(name))

    def carry_out(self, connection: sqlite3.Connection, statements: list[str]) -> str | None:
        """Together, and how others find the database locked before they are committed."""
        connection.execute("BEGIN")
        for sql in statements:
            try:
                connection.execute(sql)
            except sqlite3.Error as error:
                raise bookshop.RefusedError(str(error), sql) from error
        lock = found_by_another(self.path)
        connection.execute("COMMIT")
        return lock


def units(migration: MigrationImpact) -> Iterator[list[str]]:
    """What commits together."""
    for number, group in itertools.groupby(migration.timeline, lambda pair: pair[1].transaction):
        statements = [statement.sql for _, statement in group]
        yield from [statements] if number is not None else [[sql] for sql in statements]


def line(name: str, is_remade: bool, is_rewritten: bool, index_is_built: bool) -> str:
    flags = {"remade": is_remade, "rewritten": is_rewritten, "index built": index_is_built}
    return f"{name}: {', '.join(flag for flag, is_set in flags.items() if is_set) or '-'}"
