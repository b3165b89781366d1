"""Every fact about MariaDB against the server: the probe is retried until the server takes it, which has to be where the fact says."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

pymysql = pytest.importorskip("pymysql")

from migration_lint.backends import Fact  # noqa: E402
from tests.data import mariadb_probes  # noqa: E402
from tests.mariadb import BACKEND, IMPATIENT, observe, takes, told, waits  # noqa: E402
from tests.servers import MySQLServer  # noqa: E402

FACTS = [fact for fact in BACKEND.facts if fact.probe]


@dataclass
class Database:
    """A scratch database with the probes' schema, made anew after every statement that was carried out."""

    connection: Any
    name: str
    version: tuple[int, ...]
    other: Any
    state: Sequence[str] | None = None

    def run(self, sql: str) -> list[tuple[Any, ...]]:
        with self.connection.cursor() as cursor:
            cursor.execute(sql)
            return list(cursor.fetchall())

    def ask(self, sql: str) -> None:
        """On another connection, which does not wait."""
        with self.other.cursor() as cursor:
            cursor.execute(IMPATIENT)
            cursor.execute(sql)

    def prepare(self, *statements: str) -> None:
        if self.state == statements:
            return
        self.run("UNLOCK TABLES")
        self.run("SET foreign_key_checks = 0")
        self.run("DROP VIEW IF EXISTS titles")
        if tables := [f"`{table}`" for (table,) in self.run("SHOW TABLES")]:
            self.run(f"DROP TABLE {', '.join(tables)}")
        self.run("SET foreign_key_checks = 1")
        for sql in statements:
            self.run(sql)
        self.state = statements

    def takes(self, sql: str, *requests: str) -> bool:
        return takes(self.change, sql, *requests)

    def change(self, sql: str) -> None:
        self.run(sql)
        self.state = None

    def observe(self, sql: str, table: str, *before: str) -> dict[str, object]:
        self.prepare(*before)
        return observe(self.change, self.run, sql, table)


@pytest.fixture(scope="module")
def database(mariadb: MySQLServer) -> Iterator[Database]:
    with mariadb.scratch() as name, mariadb.connect(name) as connection, mariadb.connect(name) as other:
        yield Database(connection, name, mariadb.version, other)


@pytest.mark.parametrize("fact", [fact for fact in FACTS if fact.on != "parent"], ids=lambda fact: fact.id)
def test_the_server_does_what_the_fact_says(fact: Fact, database: Database) -> None:
    if not fact.holds_for(database.version):
        pytest.skip("The fact is not about this version.")
    assert fact.probe is not None
    relation = fact.relation or "book"
    statement = mariadb_probes.sent(fact, database.version)
    effects = [effect for effect in statement.effects if effect.relation == relation]
    observed = database.observe(fact.probe, relation, *mariadb_probes.SCHEMA, *mariadb_probes.ROWS, *fact.setup)
    assert told(effects, observed) == observed


@pytest.mark.parametrize("fact", [fact for fact in FACTS if fact.action == "lock table"], ids=lambda fact: fact.id)
def test_a_locked_table_keeps_others_from_what_the_fact_says(fact: Fact, database: Database) -> None:
    database.prepare(*mariadb_probes.SCHEMA, *mariadb_probes.ROWS)
    database.run(fact.probe or "")
    database.state = None
    reads, writes = "SELECT * FROM book LIMIT 1", "UPDATE book SET qty = qty WHERE id = 1"
    assert (waits(database.ask, reads), waits(database.ask, writes)) == (fact.lock == "EXCLUSIVE", True)


@pytest.mark.parametrize(
    "fact", [f for f in FACTS if f.on == "parent" and "with its table" not in f.given], ids=lambda fact: fact.id
)
def test_the_referenced_table_meanwhile(fact: Fact, database: Database, mariadb: MySQLServer) -> None:
    """A transaction that has read the table keeps the ALTER waiting at its end, when all its locks are still held."""
    if not fact.holds_for(database.version):
        pytest.skip("The fact is not about this version.")
    database.prepare(*mariadb_probes.SCHEMA, *mariadb_probes.ROWS, *fact.setup)
    database.state = None
    with mariadb.connect(database.name) as reader, reader.cursor() as reading:
        reading.execute("BEGIN")
        reading.execute("SELECT count(*) FROM book")
        altering = threading.Thread(target=database.run, args=(fact.probe,))
        altering.start()
        waiting = f"SELECT count(*) FROM information_schema.processlist WHERE id = {database.connection.thread_id()} AND state LIKE 'Waiting%%'"
        try:
            for _ in itertools.count():
                reading.execute(waiting)
                if reading.fetchone() == (1,):
                    break
                assert altering.is_alive()
            found = [
                waits(database.ask, "SELECT count(*) FROM tag"),
                waits(database.ask, "UPDATE tag SET name = 'x' WHERE id = 1"),
            ]
        finally:
            reading.execute("ROLLBACK")
            altering.join()
    assert found == [fact.lock == "EXCLUSIVE", fact.lock in ("SHARED", "EXCLUSIVE")]


# What is special about a table, as a column, an index or an option of it.
SPECIAL = {
    "stored column": ("s int GENERATED ALWAYS AS (bb + 1) STORED", ""),
    "indexed virtual column": ("v int GENERATED ALWAYS AS (bb + 1) VIRTUAL, KEY v (v)", ""),
    "virtual column": ("w int GENERATED ALWAYS AS (bb + 1) VIRTUAL", ""),
    "full-text index": ("f text, FULLTEXT KEY f (f)", ""),
    "spatial index": ("g point NOT NULL DEFAULT point(1, 1), SPATIAL KEY g (g)", ""),
    "hashed key": ("h varchar(1000) NULL, UNIQUE KEY h (h)", ""),
    "compressed": ("", "ROW_FORMAT=COMPRESSED"),
    "redundant": ("", "ROW_FORMAT=REDUNDANT"),
}
TOGETHER = (
    "ADD COLUMN z int NULL", "ADD COLUMN z int GENERATED ALWAYS AS (bb + 2) VIRTUAL", "ADD COLUMN z int NULL UNIQUE", "DROP COLUMN n",
    "DROP COLUMN u", "DROP COLUMN p", "DROP COLUMN last", "MODIFY a int NOT NULL", "MODIFY n int NULL", "MODIFY c varchar(64) NOT NULL",
    "ADD FULLTEXT KEY x (t)", "FORCE",
)  # fmt: skip
ALONE = (
    *TOGETHER, "ADD COLUMN z int NULL, ADD INDEX z (z)", "DROP COLUMN k", "RENAME COLUMN n TO m", "MODIFY n bigint NOT NULL",
    "MODIFY c varchar(63) NOT NULL", "MODIFY c varchar(50) COLLATE utf8mb4_bin NOT NULL",
    "MODIFY i varchar(50) COLLATE utf8mb4_bin NOT NULL", "MODIFY n int NOT NULL COMMENT 'x'", "ALTER COLUMN n SET DEFAULT 3",
    "ADD INDEX x (n)", "ADD UNIQUE KEY x (n)", "DROP INDEX k", "ADD CONSTRAINT x CHECK (n >= 0)", "COMMENT = 'x'",
)  # fmt: skip


@pytest.mark.parametrize(
    ("one", "other"),
    [*((name, name) for name in SPECIAL), *itertools.combinations(SPECIAL, 2)],
)
def test_what_is_special_about_a_table_adds_up(one: str, other: str, database: Database) -> None:
    parts = [SPECIAL[name] for name in dict.fromkeys((one, other))]
    options = " ".join(option for _, option in parts if option)
    if options.count("ROW_FORMAT") > 1:
        pytest.skip("A table has one row format.")
    columns = ", ".join(column for column, _ in parts if column)
    setup = (
        f"""CREATE TABLE t (id bigint AUTO_INCREMENT NOT NULL PRIMARY KEY, bb int NOT NULL DEFAULT 1, a int NULL DEFAULT 1,
        n int NOT NULL DEFAULT 1, k int NOT NULL DEFAULT 1, u int NULL, p int NOT NULL DEFAULT 1, q int NOT NULL DEFAULT 1,
        c varchar(50) NOT NULL DEFAULT 'c', i varchar(50) NOT NULL DEFAULT 'i', t text NULL,
        KEY k (k), UNIQUE KEY u (u), KEY p (p, q), KEY i (i){", " + columns if columns else ""}, last int NULL) {options}""",
    )
    rows = "INSERT INTO t (id, n) SELECT seq, seq FROM seq_1_to_20"
    differing = {}
    for statement in ALONE if one == other else TOGETHER:
        sql = f"ALTER TABLE t {statement}"
        server = mariadb_probes.prepared("mariadb", database.version, schema=setup)
        server.send(sql)
        (made,) = server.statements
        assert made.unread is None
        observed = database.observe(sql, "t", *setup, rows)
        said = told(made.effects, observed)
        if said != observed:
            differing[statement] = (said, observed)
    assert differing == {}


TYPES = (
    "bool", "tinyint(1)", "int", "int(5)", "int unsigned", "bigint", "decimal(8, 2)", "decimal(10, 2)", "char(5)", "char(10)", "varchar(10)",
    "varchar(40)", "varchar(63)", "varchar(64)", "varchar(300)", "text", "varbinary(20)", "varbinary(300)", "datetime", "datetime(6)",
    "enum('a', '1')", "enum('a', '1', 'b')", "varchar(100) CHARACTER SET latin1", "varchar(42) CHARACTER SET utf8mb3",
    "varchar(85) CHARACTER SET utf8mb3", "varchar(100) CHARACTER SET utf8mb3", "char(5) COLLATE utf8mb4_bin",
)  # fmt: skip


@pytest.mark.parametrize("old", TYPES)
def test_every_type_change_is_what_was_predicted(old: str, database: Database) -> None:
    """From each type to each, on an empty table: the cheapest algorithm that the server takes is the one that the facts say."""
    database.run("SET sql_mode = ''")
    setup = f"CREATE TABLE changed (id int NOT NULL PRIMARY KEY, x {old} NULL)"
    offline = mariadb_probes.prepared("mariadb", database.version, schema=[setup])
    differing = {}
    for new in TYPES:
        sql = f"ALTER TABLE changed MODIFY x {new} NULL"
        server = offline.fork()
        server.begin_migration(mariadb_probes.NOW)
        server.send(sql)
        said = told(server.statements[0].effects, {"algorithm": ""})["algorithm"]
        database.prepare(setup)
        found = next(algorithm for algorithm in BACKEND.algorithms if database.takes(sql, f"ALGORITHM={algorithm}"))
        if said != found:
            differing[new] = (said, found)
    assert differing == {}
