"""Every fact about PostgreSQL against the servers: its probe is predicted, then run, and both have to say the same."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import psycopg
import pytest

from migration_lint import backends
from migration_lint.backends import Fact
from migration_lint.sql.catalog import Catalog
from migration_lint.trace import observe, strongest
from migration_lint.types import Effect
from tests.data import postgresql_probes
from tests.servers import Server

FACTS = [fact for fact in backends.load("postgresql").facts if fact.probe]
RESET = (
    "DROP SCHEMA IF EXISTS attic CASCADE",
    "DROP PUBLICATION IF EXISTS pb",
    "DROP SCHEMA public CASCADE",
    "CREATE SCHEMA public",
)


@dataclass
class Database:
    """A scratch database with the probes' schema, made anew when a probe has left something behind."""

    connection: psycopg.Connection
    monitor: psycopg.Connection
    version: tuple[int, ...]
    clean: bool = False

    def prepare(self, setup: tuple[str, ...]) -> None:
        if not self.clean:
            for sql in (*RESET, *postgresql_probes.SCHEMA, *postgresql_probes.ROWS):
                self.connection.execute(sql.encode())
        self.connection.execute("SET timezone = 'Asia/Tokyo'")
        for sql in setup:
            self.connection.execute(sql.encode())
        self.clean = not setup

    def observe(self, sql: str) -> tuple[Effect, ...]:
        """What the probe does; it is taken back where it can run in a transaction."""
        try:
            with self.connection.transaction(force_rollback=True):
                return observe(self.connection, sql, monitor=self.monitor)
        except psycopg.errors.ActiveSqlTransaction:
            self.clean = False
            return observe(self.connection, sql, monitor=self.monitor)

    def offers(self, extension: str) -> bool:
        query = "SELECT count(*) FROM pg_available_extensions WHERE name = %s"
        return self.connection.execute(query, [extension]).fetchone() == (1,)


@pytest.fixture(scope="module")
def database(postgresql: Server) -> Iterator[Database]:
    with (
        postgresql.scratch() as dsn,
        psycopg.connect(dsn, autocommit=True) as connection,
        psycopg.connect(dsn, autocommit=True) as monitor,
    ):
        connection.execute("SET session_replication_role = replica")
        yield Database(connection, monitor, postgresql.version)


def shown(effects: Iterable[Effect], concurrent: bool) -> list[str]:
    """What prediction and observation both know, a line for each relation; a scan outside a transaction is not seen."""
    flags = [flag for flag in ("rewrites", "builds_index", "scans") if not (concurrent and flag == "scans")]
    return [
        f"{effect.relation}: {effect.lock}, blocks {effect.blocks}"
        + "".join(f", {flag}" for flag in flags if getattr(effect, flag))
        for effect in strongest(effects)
        if effect.lock or effect.works or effect.blocks
    ]


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.id)
def test_the_server_does_what_the_fact_says(fact: Fact, database: Database) -> None:
    if not fact.holds_for(database.version):
        pytest.skip("The fact is not about this version.")
    for sql in fact.setup:
        if sql.startswith("CREATE EXTENSION") and not database.offers(extension := sql.split()[-1]):
            pytest.skip(f"This server does not offer the extension {extension}.")
    statement = postgresql_probes.sent(fact, database.version)
    database.prepare(fact.setup)
    assert statement.before is not None
    predicted = [effect for effect in statement.effects if effect.relation in statement.before.tables]
    observed = list(database.observe(fact.probe or ""))
    if fact.concurrent:  # what it does to others is over too soon
        predicted, observed = (
            [e for e in effects if e.relation == (fact.relation or "book")] for effects in (predicted, observed)
        )
    else:
        observed = [e for e in observed if e.lock != "ACCESS SHARE" or e.relation in {p.relation for p in predicted}]
    assert shown(with_partitions(predicted, statement.before), fact.concurrent) == shown(observed, fact.concurrent)


TYPES = {
    "smallint": "1", "integer": "1", "bigint": "1", "numeric": "1", "numeric(8)": "1", "numeric(10, 2)": "1", "numeric(12, 2)": "1",
    "numeric(12, 4)": "1", "real": "1", "double precision": "1", "boolean": "true", "text": "'1'", "varchar": "'1'", "varchar(10)": "'1'",
    "varchar(20)": "'1'", "char(5)": "'1'", "char(8)": "'1'", "bytea": "'1'", "uuid": "gen_random_uuid()", "json": "'1'", "jsonb": "'1'",
    "date": "'2020-01-01'", "time": "'10:00'", "time(3)": "'10:00'", "timestamp": "'2020-01-01'", "timestamp(3)": "'2020-01-01'",
    "timestamptz": "'2020-01-01'", "timestamptz(3)": "'2020-01-01'", "interval": "'1 day'", "interval(3)": "'1 day'", "inet": "'10.0.0.1'",
    "cidr": "'10.0.0.0/8'", "bit(4)": "'1010'", "bit varying(4)": "'1'", "bit varying(8)": "'1'", "oid": "1",
    "varchar(10)[]": "'{1}'", "varchar(20)[]": "'{1}'", "varchar[]": "'{1}'", "text[]": "'{1}'", "numeric(10, 2)[]": "'{1}'", "numeric[]": "'{1}'",
    "int4range": "'[1,2)'", "mood": "'a'", "rating": "1", "handle": "'1'", "tsvector": "'a'",
}  # fmt: skip
NEW_TYPES = (
    "CREATE TYPE mood AS ENUM ('a', '1')",
    "CREATE DOMAIN rating AS integer CHECK (VALUE > 0)",
    "CREATE DOMAIN handle AS varchar(10)",
)


@pytest.mark.parametrize("old", TYPES)
def test_no_type_change_is_worse_than_predicted(old: str, database: Database) -> None:
    """From each type to each: who expects no rewrite, or no index build, has none."""
    connection, database.clean = database.connection, False
    worse = []
    made = f"CREATE TABLE changed (x {old})"
    indexed = old != "json"
    with connection.transaction(force_rollback=True):
        connection.execute("SET LOCAL timezone = 'Asia/Tokyo'")
        setup = [*NEW_TYPES, made, *(["CREATE INDEX changed_x ON changed (x)"] if indexed else [])]
        for sql in (*setup, f"INSERT INTO changed SELECT {TYPES[old]} FROM generate_series(1, 10)"):
            connection.execute(sql.encode())
        offline = postgresql_probes.prepared(database.version, setup)
        for new in TYPES:
            sql = f"ALTER TABLE changed ALTER COLUMN x TYPE {new} USING x::{new}"
            try:
                with connection.transaction(force_rollback=True):
                    before = connection.execute(FILES).fetchone()
                    connection.execute(sql.encode())
                    after = connection.execute(FILES).fetchone()
            except psycopg.Error:
                continue
            assert before is not None
            assert after is not None
            server = offline.fork()
            server.begin_migration(postgresql_probes.NOW)
            server.send(sql)
            (effect,) = strongest(server.statements[0].effects)
            if not effect.rewrites and (before[0] != after[0] or (before[1] != after[1] and not effect.builds_index)):
                worse.append(new)
    assert worse == []


FILES = "SELECT pg_relation_filenode('changed'), (SELECT max(pg_relation_filenode(indexrelid)) FROM pg_index WHERE indrelid = 'changed'::regclass)"


def with_partitions(effects: list[Effect], catalog: Catalog) -> list[Effect]:
    """Whoever reads a table reads its partitions, too."""
    worst = {effect.relation: effect.blocks for effect in strongest(effects)}
    return [
        replace(
            effect,
            blocks=max(
                effect.blocks,
                *(worst.get(p.name, effect.blocks) for p in catalog.partitions(effect.relation or "")),
                effect.blocks,
            ),
        )
        for effect in effects
    ]
