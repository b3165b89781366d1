"""Every probe in sqlite.toml on the library of this Python: which lock it takes, and what it does to the rows."""

from __future__ import annotations

import itertools
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import pytest

from migration_lint.backends import Fact
from tests.data import sqlite_probes
from tests.sqlite import BACKEND, VERSION, are_anew, connect, felt, found_by_another, pages, roots

PROBED = [fact for fact in BACKEND.facts if fact.probe]
ROWS = 3000  # of the table book


class Seen(NamedTuple):
    lock: str | None
    rewrites: bool
    builds_index: bool
    works: bool  # it takes steps in proportion to the rows
    changes: bool


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("probes") / "shop.sqlite3"
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for sql in (*sqlite_probes.SCHEMA, "BEGIN", *sqlite_probes.ROWS, "COMMIT"):
            connection.execute(sql)
    return path


def observe(path: Path, fact: Fact) -> Seen:
    """What the probe does. Of a remake, what comes before the last statement is a part, and in its transaction."""
    assert fact.probe is not None
    remake = fact.on == "remade table"
    with closing(connect(path)) as connection:
        for sql in () if remake else fact.setup:
            connection.execute(sql)
        before, tables, indexes = pages(path, sqlite_probes.MARK), roots(connection), roots(connection, "index")
        steps = itertools.count()
        connection.execute("BEGIN")
        connection.set_progress_handler(lambda: next(steps) < 0, 1)
        count = connection.total_changes
        for sql in (*(fact.setup if remake else ()), fact.probe):
            list(connection.execute(sql))
        connection.set_progress_handler(None, 0)
        lock, changes = found_by_another(path), connection.total_changes > count
        moved = any(tables.get(name, root) != root for name, root in roots(connection).items())
        made = roots(connection, "index").keys() - indexes
        connection.execute("COMMIT")
    anew = are_anew(before, pages(path, sqlite_probes.MARK))
    renamed = fact.action == "rename table"  # its indexes are kept, or were built for the new table
    return Seen(lock, moved or (anew and not changes), bool(made) and not renamed, next(steps) > ROWS, changes)


@pytest.mark.parametrize("fact", PROBED, ids=lambda fact: fact.id)
def test_a_fact_is_what_happens(fact: Fact, shop: Path, tmp_path: Path) -> None:
    if not fact.holds_for(VERSION):
        pytest.skip("It does not hold for the library of this Python.")
    path = tmp_path / "copy.sqlite3"
    path.write_bytes(shop.read_bytes())
    seen = observe(path, fact)
    effects = sqlite_probes.sent(fact, VERSION).effects
    lock = felt(effect.lock for effect in effects)
    assert lock == seen.lock
    assert any(effect.rewrites for effect in effects) is seen.rewrites
    if fact.action != "reindex":  # what it builds was there before
        assert any(effect.builds_index for effect in effects) is seen.builds_index
    if fact.action in ("insert", "update", "delete"):
        assert fact.writes_rows is seen.changes is True
    if "temporary" not in fact.given:
        assert (lock == "EXCLUSIVE" or any(effect.works for effect in effects)) is seen.works


@pytest.mark.parametrize("fact", PROBED, ids=lambda fact: fact.id)
def test_a_probe_exercises_its_fact(fact: Fact) -> None:
    version = (3, 50)
    statement = sqlite_probes.sent(fact, version)
    assert statement.unread is None
    assert fact.id in {name for name, _ in sqlite_probes.exercised(fact, version)}


def test_every_fact_has_a_probe_or_says_why_not() -> None:
    assert [fact.id for fact in BACKEND.facts if bool(fact.probe) == bool(fact.unprobed)] == []


def test_every_source_is_an_address() -> None:
    assert [fact.id for fact in BACKEND.facts if not fact.source.startswith("https://")] == []
