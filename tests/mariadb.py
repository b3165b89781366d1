"""What a live MariaDB does with a statement: the cheapest way that it takes it, and what is another afterwards."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable
from typing import Any

import pymysql
from django.db import DatabaseError

from migration_lint import backends
from migration_lint.types import Effect

BACKEND = backends.load("mariadb")
ALTER = re.compile(r"(ALTER TABLE|CREATE (\w+ )?INDEX)\b")
REFUSED = (1845, 1846)  # ALGORITHM or LOCK is not supported for this

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


def observe(run: Run, ask: Run, sql: str, table: str) -> dict[str, object]:
    """The cheapest algorithm that the server takes the statement with, the weakest lock with that, and what it did.

    `run` sends the statement, `ask` returns the rows of a question.
    """
    if not ALTER.match(sql):
        takes(run, sql)
        return {}
    old, indexes_before = storage(ask, table)
    found: dict[str, object] = {}
    for algorithm, lock in itertools.product(BACKEND.algorithms, BACKEND.locks):
        if takes(run, sql, f"ALGORITHM={algorithm}", f"LOCK={lock}"):
            found = {"algorithm": algorithm, "lock": lock}
            break
    new, indexes_after = storage(ask, table)
    if old is not None and new is not None:
        found["rewrites"] = old != new
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
    rewrites = any(effect.rewrites for effect in effects)
    said: dict[str, object] = {
        "algorithm": max(algorithms, key=BACKEND.algorithms.index, default=None),
        "lock": max((effect.lock for effect in effects if effect.lock), key=BACKEND.locks.index, default=None),
        "rewrites": rewrites,
        "builds_index": not rewrites and any(effect.builds_index for effect in effects),
    }
    return {key: value for key, value in said.items() if key in observed}
