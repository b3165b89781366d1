"""What real servers do, statement by statement; the expected values were seen on PostgreSQL 15, 16 and 18."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator

import psycopg
import pytest

from migration_lint import trace
from migration_lint.types import Blocks, Effect
from tests.servers import Server

SCHEMA = """
    DROP SCHEMA public CASCADE;
    CREATE SCHEMA public;
    CREATE TABLE author (id bigint PRIMARY KEY, name varchar(50) NOT NULL) WITH (autovacuum_enabled = off);
    INSERT INTO author SELECT i, 'author ' || i FROM generate_series(1, 300) i;
    CREATE TABLE book (
        id bigint PRIMARY KEY,
        author_id bigint NOT NULL REFERENCES author,
        editor_id bigint,
        isbn varchar(13),
        pages integer
    ) WITH (autovacuum_enabled = off);
    INSERT INTO book SELECT i, i % 300 + 1, i % 300 + 1, i, i FROM generate_series(1, 3000) i;
    CREATE INDEX book_isbn ON book (isbn);
    CREATE MATERIALIZED VIEW names AS SELECT name FROM author;
    CREATE VIEW pen_names AS SELECT name FROM author;
    CREATE TABLE sale (id integer, year integer) PARTITION BY RANGE (year);
    CREATE TABLE sale_2020 PARTITION OF sale FOR VALUES FROM (2020) TO (2021) WITH (autovacuum_enabled = off);
    CREATE TABLE sale_other PARTITION OF sale DEFAULT WITH (autovacuum_enabled = off);
    INSERT INTO sale SELECT i, 2020 + i % 2 FROM generate_series(1, 1000) i;
"""

ACCESS_EXCLUSIVE, SHARE_ROW_EXCLUSIVE, SHARE = "ACCESS EXCLUSIVE", "SHARE ROW EXCLUSIVE", "SHARE"
SHARE_UPDATE_EXCLUSIVE, ROW_EXCLUSIVE, ROW_SHARE = "SHARE UPDATE EXCLUSIVE", "ROW EXCLUSIVE", "ROW SHARE"

BLOCKS = {
    ACCESS_EXCLUSIVE: Blocks.EVERYTHING,
    SHARE_ROW_EXCLUSIVE: Blocks.WRITES,
    SHARE: Blocks.WRITES,
    SHARE_UPDATE_EXCLUSIVE: Blocks.SCHEMA_CHANGES,
}


def seen(relation: str, lock: str | None, *flags: str, **changed: object) -> Effect:
    """The effect of a statement that commits on its own, and blocks what its lock is documented to block."""
    values: dict[str, object] = {"held": lock, "blocks": BLOCKS.get(lock or "", Blocks.NOTHING)}
    return Effect("observed", relation, lock, **values | dict.fromkeys(flags, True) | changed)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def database(postgresql: Server) -> Iterator[psycopg.Connection]:
    with postgresql.scratch() as dsn, psycopg.connect(dsn, autocommit=True) as connection:
        yield connection


@pytest.fixture
def connection(database: psycopg.Connection) -> psycopg.Connection:
    database.execute(SCHEMA)
    return database


ALONE = [
    ("add null column", "", "ALTER TABLE book ADD COLUMN note text", [seen("book", ACCESS_EXCLUSIVE)]),
    (
        "add column with constant default",
        "",
        "ALTER TABLE book ADD COLUMN note text DEFAULT 'none' NOT NULL",
        [seen("book", ACCESS_EXCLUSIVE)],
    ),
    (
        "add column with volatile default",
        "",
        "ALTER TABLE book ADD COLUMN added timestamptz DEFAULT clock_timestamp()",
        [seen("book", ACCESS_EXCLUSIVE, "rewrites")],
    ),
    (
        "add nullable foreign key column",
        "",
        "ALTER TABLE book ADD COLUMN translator_id bigint REFERENCES author",
        [seen("author", SHARE_ROW_EXCLUSIVE), seen("book", ACCESS_EXCLUSIVE)],
    ),
    (
        # There is nothing to look up in the parent, yet every row is looked at.
        "add foreign key column with null default",
        "",
        "ALTER TABLE book ADD COLUMN translator_id bigint DEFAULT NULL REFERENCES author",
        [seen("author", SHARE_ROW_EXCLUSIVE), seen("book", ACCESS_EXCLUSIVE, "scans")],
    ),
    (
        "add check",
        "",
        "ALTER TABLE book ADD CONSTRAINT positive CHECK (pages > 0)",
        [seen("book", ACCESS_EXCLUSIVE, "scans")],
    ),
    (
        "add check not valid",
        "",
        "ALTER TABLE book ADD CONSTRAINT positive CHECK (pages > 0) NOT VALID",
        [seen("book", ACCESS_EXCLUSIVE)],
    ),
    (
        "validate check",
        "ALTER TABLE book ADD CONSTRAINT positive CHECK (pages > 0) NOT VALID",
        "ALTER TABLE book VALIDATE CONSTRAINT positive",
        [seen("book", SHARE_UPDATE_EXCLUSIVE, "scans")],
    ),
    (
        "add foreign key",
        "",
        "ALTER TABLE book ADD CONSTRAINT edited FOREIGN KEY (editor_id) REFERENCES author",
        [seen("author", SHARE_ROW_EXCLUSIVE, "scans"), seen("book", SHARE_ROW_EXCLUSIVE, "scans")],
    ),
    (
        "add foreign key not valid",
        "",
        "ALTER TABLE book ADD CONSTRAINT edited FOREIGN KEY (editor_id) REFERENCES author NOT VALID",
        [seen("author", SHARE_ROW_EXCLUSIVE), seen("book", SHARE_ROW_EXCLUSIVE)],
    ),
    (
        "validate foreign key",
        "ALTER TABLE book ADD CONSTRAINT edited FOREIGN KEY (editor_id) REFERENCES author NOT VALID",
        "ALTER TABLE book VALIDATE CONSTRAINT edited",
        [seen("author", ROW_SHARE, "scans"), seen("book", SHARE_UPDATE_EXCLUSIVE, "scans")],
    ),
    (
        # The new table has no rows to validate.
        "create table with foreign key",
        "",
        "CREATE TABLE review (id bigint PRIMARY KEY, book_id bigint NOT NULL REFERENCES book)",
        [seen("book", SHARE_ROW_EXCLUSIVE)],
    ),
    (
        "drop foreign key",
        "",
        "ALTER TABLE book DROP CONSTRAINT book_author_id_fkey",
        [seen("author", ACCESS_EXCLUSIVE), seen("book", ACCESS_EXCLUSIVE)],
    ),
    ("drop child", "", "DROP TABLE book", [seen("author", ACCESS_EXCLUSIVE), seen("book", ACCESS_EXCLUSIVE)]),
    ("create index", "", "CREATE INDEX book_pages ON book (pages)", [seen("book", SHARE, "builds_index")]),
    ("create index that exists", "", "CREATE INDEX IF NOT EXISTS book_isbn ON book (isbn)", [seen("book", SHARE)]),
    (
        "create index concurrently",
        "",
        "CREATE INDEX CONCURRENTLY book_pages ON book (pages)",
        [seen("book", SHARE_UPDATE_EXCLUSIVE, "builds_index")],
    ),
    (
        "create index on partitioned table",
        "",
        "CREATE INDEX ON sale (id)",
        [seen("sale", SHARE), seen("sale_2020", SHARE, "builds_index"), seen("sale_other", SHARE, "builds_index")],
    ),
    ("drop index", "", "DROP INDEX book_isbn", [seen("book", ACCESS_EXCLUSIVE)]),
    ("drop index that is absent", "", "DROP INDEX IF EXISTS absent", []),
    ("drop index concurrently", "", "DROP INDEX CONCURRENTLY book_isbn", [seen("book", SHARE_UPDATE_EXCLUSIVE)]),
    (
        # The lock that reads wait for is on the index.
        "reindex index",
        "",
        "REINDEX INDEX book_isbn",
        [seen("book", SHARE, "builds_index", blocks=Blocks.EVERYTHING)],
    ),
    (
        "reindex index concurrently",
        "",
        "REINDEX INDEX CONCURRENTLY book_isbn",
        [seen("book", SHARE_UPDATE_EXCLUSIVE, "builds_index")],
    ),
    ("rename index", "", "ALTER INDEX book_isbn RENAME TO renamed", []),
    (
        "rename index as if it were a table",
        "",
        "ALTER TABLE book_isbn RENAME TO renamed",
        [seen("book", None, blocks=Blocks.EVERYTHING)],
    ),
    ("widen indexed varchar", "", "ALTER TABLE book ALTER isbn TYPE varchar(20)", [seen("book", ACCESS_EXCLUSIVE)]),
    ("int to bigint", "", "ALTER TABLE book ALTER pages TYPE bigint", [seen("book", ACCESS_EXCLUSIVE, "rewrites")]),
    (
        "new collation of an indexed column",
        "",
        'ALTER TABLE book ALTER isbn TYPE varchar(13) COLLATE "C"',
        [seen("book", ACCESS_EXCLUSIVE, "builds_index")],
    ),
    (
        "new unique constraint along with a rewrite",
        "",
        "ALTER TABLE book ALTER pages TYPE bigint, ADD UNIQUE (pages)",
        [seen("book", ACCESS_EXCLUSIVE, "rewrites", "builds_index")],
    ),
    ("set not null", "", "ALTER TABLE book ALTER pages SET NOT NULL", [seen("book", ACCESS_EXCLUSIVE, "scans")]),
    (
        "set not null, proved by a check",
        "ALTER TABLE book ADD CHECK (pages IS NOT NULL)",
        "ALTER TABLE book ALTER pages SET NOT NULL",
        [seen("book", ACCESS_EXCLUSIVE)],
    ),
    ("truncate", "", "TRUNCATE book", [seen("book", ACCESS_EXCLUSIVE)]),
    ("update", "", "UPDATE book SET pages = pages + 1", [seen("book", ROW_EXCLUSIVE, "writes_rows")]),
    ("comment", "", "COMMENT ON TABLE book IS 'on shelves'", [seen("book", SHARE_UPDATE_EXCLUSIVE)]),
    ("vacuum", "", "VACUUM book", [seen("book", SHARE_UPDATE_EXCLUSIVE)]),
    ("vacuum full", "", "VACUUM FULL book", [seen("book", ACCESS_EXCLUSIVE, "rewrites")]),
    ("cluster", "", "CLUSTER book USING book_isbn", [seen("book", ACCESS_EXCLUSIVE, "rewrites")]),
    (
        "refresh materialized view",
        "",
        "REFRESH MATERIALIZED VIEW names",
        [seen("author", "ACCESS SHARE"), seen("names", ACCESS_EXCLUSIVE, "rewrites")],
    ),
    (
        "replace view",
        "",
        "CREATE OR REPLACE VIEW pen_names AS SELECT name FROM author WHERE id > 0",
        [seen("author", "ACCESS SHARE"), seen("pen_names", ACCESS_EXCLUSIVE)],
    ),
    (
        "create partition beside a default partition with rows",
        "",
        "CREATE TABLE sale_2022 PARTITION OF sale FOR VALUES FROM (2022) TO (2023)",
        [seen("sale", ACCESS_EXCLUSIVE), seen("sale_other", ACCESS_EXCLUSIVE, "scans")],
    ),
    ("create table", "", "CREATE TABLE review (id bigint PRIMARY KEY); CREATE INDEX ON review (id)", []),
    ("percent sign and quotes", "", "DO $$BEGIN PERFORM 1 WHERE '%' LIKE '%s'; END$$", []),
]


@pytest.mark.parametrize(("setup", "sql", "expected"), [case[1:] for case in ALONE], ids=[case[0] for case in ALONE])
def test_statement_on_its_own(connection: psycopg.Connection, setup: str, sql: str, expected: list[Effect]) -> None:
    if setup:
        connection.execute(setup)
    assert trace.observe(connection, sql) == tuple(expected)
    assert connection.info.transaction_status == psycopg.pq.TransactionStatus.IDLE


def inside(relation: str, lock: str | None, held: str, *flags: str) -> Effect:
    return seen(relation, lock, *flags, held=held, blocks=BLOCKS[held], held_until="transaction")


def test_locks_held_to_the_end_of_the_transaction(connection: psycopg.Connection) -> None:
    with trace.Observer(connection) as observer:
        connection.execute("BEGIN")
        assert observer.observe("DROP INDEX book_isbn") == (inside("book", ACCESS_EXCLUSIVE, ACCESS_EXCLUSIVE),)
        assert observer.observe("CREATE INDEX book_isbn ON book (isbn)") == (
            inside("book", SHARE, ACCESS_EXCLUSIVE, "builds_index"),
        )
        # The lock is not new, and the work is told all the same.
        assert observer.observe("ALTER TABLE book ALTER pages SET NOT NULL") == (
            inside("book", None, ACCESS_EXCLUSIVE, "scans"),
        )
        observer.rollback()
        assert observer.observe("COMMENT ON TABLE book IS ''") == (seen("book", SHARE_UPDATE_EXCLUSIVE),)


def test_table_renamed_in_the_same_transaction(connection: psycopg.Connection) -> None:
    with trace.Observer(connection) as observer:
        connection.execute("BEGIN")
        assert observer.observe("ALTER TABLE book RENAME TO volume") == (inside("book", ACCESS_EXCLUSIVE, ACCESS_EXCLUSIVE),)
        # Other sessions wait for it under the old name.
        assert observer.observe("CREATE INDEX ON volume (pages)") == (
            inside("volume", SHARE, ACCESS_EXCLUSIVE, "builds_index"),
        )
        observer.commit()
        assert observer.observe("DROP TABLE volume") == (
            seen("author", ACCESS_EXCLUSIVE),
            seen("volume", ACCESS_EXCLUSIVE),
        )


def test_table_made_in_the_same_transaction_is_unknown_to_others(connection: psycopg.Connection) -> None:
    with trace.Observer(connection) as observer:
        connection.execute("BEGIN")
        assert observer.observe("CREATE TABLE review (id integer)") == ()
        assert observer.observe("ALTER TABLE review ADD PRIMARY KEY (id)") == ()
        connection.rollback()


def test_connection_without_autocommit_keeps_its_transaction(connection: psycopg.Connection) -> None:
    with psycopg.connect(connection.info.dsn) as other:
        trace.observe(other, "UPDATE book SET pages = 1 WHERE id = 1")
        assert trace.observe(other, "CREATE INDEX ON book (pages)") == (inside("book", SHARE, SHARE, "builds_index"),)
        assert other.info.transaction_status == psycopg.pq.TransactionStatus.INTRANS
        other.rollback()


def test_relation_outside_the_search_path(connection: psycopg.Connection) -> None:
    connection.execute('DROP SCHEMA IF EXISTS shop CASCADE; CREATE SCHEMA shop; CREATE TABLE shop."Sale %s" (id int)')
    assert trace.observe(connection, 'ALTER TABLE shop."Sale %s" ADD x int') == (seen("shop.Sale %s", ACCESS_EXCLUSIVE),)


def test_statement_that_fails_outside_a_transaction(connection: psycopg.Connection) -> None:
    connection.execute("UPDATE book SET pages = 1")
    with pytest.raises(psycopg.errors.UniqueViolation):
        trace.observe(connection, "CREATE UNIQUE INDEX CONCURRENTLY pages ON book (pages)")
    assert trace.observe(connection, "ALTER TABLE book ADD x int") == (seen("book", ACCESS_EXCLUSIVE),)


def test_statement_that_fails_inside_its_own_transaction(connection: psycopg.Connection) -> None:
    with pytest.raises(psycopg.errors.CheckViolation):
        trace.observe(connection, "ALTER TABLE book ADD CHECK (pages > 1)")
    assert connection.info.transaction_status == psycopg.pq.TransactionStatus.IDLE


def test_sql_that_ends_its_transaction(connection: psycopg.Connection) -> None:
    with pytest.raises(trace.TraceError) as raised:
        trace.observe(connection, "ALTER TABLE book ADD x int; COMMIT")
    assert str(raised.value) == ("The SQL ends its transaction, and its locks go unseen. Observe one statement at a time.")


def test_observer_leaves_no_connection_behind(connection: psycopg.Connection) -> None:
    trace.observe(connection, "CREATE INDEX CONCURRENTLY ON book (pages)")
    query = """SELECT count(*) FROM pg_stat_activity
               WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()"""
    for _ in range(100):  # The server takes a moment to see that a client has gone.
        (count,) = connection.execute(query).fetchone() or (None,)
        if not count:
            break
        time.sleep(0.05)
    assert count == 0


def test_strongest_of_several_actions_on_a_relation() -> None:
    effects = [
        Effect("set not null", "book", ACCESS_EXCLUSIVE, blocks=Blocks.EVERYTHING, scans=True),
        Effect("validate constraint", "book", SHARE_UPDATE_EXCLUSIVE, held=SHARE, blocks=Blocks.SCHEMA_CHANGES),
        Effect("create index", "author", SHARE, blocks=Blocks.WRITES, builds_index=True),
        Effect("unread", None, blocks=Blocks.UNKNOWN),
    ]
    assert trace.strongest(effects) == (
        Effect("unread", None, blocks=Blocks.UNKNOWN),
        Effect("create index", "author", SHARE, blocks=Blocks.WRITES, builds_index=True),
        Effect("set not null", "book", ACCESS_EXCLUSIVE, held=SHARE, blocks=Blocks.EVERYTHING, scans=True),
    )


def test_connection_of_another_kind() -> None:
    with pytest.raises(trace.TraceError) as raised:
        trace.observe(object(), "SELECT 1")  # type: ignore[arg-type]
    assert str(raised.value) == (
        "Tracing needs a psycopg 3 connection, not `builtins.object`. Django's is `wrapper.connection`."
    )


def test_without_psycopg() -> None:
    code = """if True:
        import sys
        sys.modules["psycopg"] = None
        from migration_lint import trace
        try:
            trace.observe(None, "SELECT 1")
        except trace.TraceError as error:
            print(error)
    """
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == (
        "Tracing needs psycopg 3, which cannot be imported (import of psycopg halted; None in sys.modules). "
        "Run `pip install 'django-migration-lint[postgresql]'`.\n"
    )
