"""What the rules about locks say of their examples, held against servers with rows: who has to wait, and who has not."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import Any

import psycopg
import pymysql
import pytest
from psycopg.errors import Diagnostic

from migration_lint import Blocks, MigrationImpact, Statement, conf
from migration_lint.project import collect, selection
from migration_lint.rules import find_rules
from migration_lint.testing import APP, Bookshop, example_migration, findings_of
from migration_lint.trace import Observer
from migration_lint.types import Effect
from tests.servers import RUNNING, MySQLServer, Server, absent, available, wanted

TARGET = "postgresql@15"
RULES = {rule.id: rule for rule in find_rules()}
ROWS = (
    "INSERT INTO shop_author (name, code) SELECT 'a' || i, 'c' || i FROM generate_series(1, 50) i",
    """INSERT INTO shop_book (author_id, title, sku, isbn, price, stock, notes, published)
        SELECT i % 50 + 1, 't' || i, 's' || i, 'i' || i, i, i, '', '2024-06-01' FROM generate_series(1, 500) i""",
    "INSERT INTO shop_review (book_id, body, rating) SELECT i, 'b', i FROM generate_series(1, 500) i",
)
Sent = list[tuple[int, Statement, tuple[Effect, ...]]]


def plan(*sources: str, target: str = TARGET) -> list[MigrationImpact]:
    """The bookshop's migration and these."""
    migrations = (Bookshop("0001_x", APP), *(example_migration(source, number) for number, source in enumerate(sources, 2)))
    errors: list[str] = []
    selected = selection.releases(frozenset((m.app_label, m.name) for m in migrations), False)
    found = [
        impact for (impact,) in collect.walk(migrations, frozenset(), (conf.parse_target(target),), selected, False, errors)
    ]
    assert errors == []
    return found


@contextmanager
def sessions(dsn: str, count: int) -> Iterator[list[psycopg.Connection[Any]]]:
    connections = [psycopg.connect(dsn, autocommit=True) for _ in range(count)]
    try:
        yield connections
    finally:
        for connection in connections:
            connection.close()


class Shop:
    """A database with the bookshop and rows. What is watched there is undone."""

    def __init__(self, dsn: str) -> None:
        self.dsn = dsn

    def prepare(self) -> None:
        with psycopg.connect(self.dsn, autocommit=True) as connection:
            for _, statement in plan()[0].timeline:
                connection.execute(statement.sql.encode())
            for row in ROWS:
                connection.execute(row)

    def watch(self, *sources: str) -> Sent:
        """What the statements of the last of these migrations do, each with the number of its operation."""
        *before, last = plan(*sources)[1:]
        with psycopg.connect(self.dsn) as connection, Observer(connection) as observer:
            connection.execute("SET client_min_messages = error")
            connection.commit()
            try:
                for migration in before:
                    for _, statement in migration.timeline:
                        connection.execute(statement.sql.encode())
                connection.commit()
                if not last.migration.atomic:
                    connection.autocommit = True
                return [(i.step.index[0], each, observer.observe(each.sql)) for i, each in last.timeline]
            finally:
                if not connection.autocommit:
                    connection.rollback()


@pytest.fixture(scope="module", params=wanted((RUNNING,)))
def server(request: pytest.FixtureRequest) -> Server:
    found = available(request.param)
    return found if isinstance(found, Server) else absent(request.param, found)


@pytest.fixture(scope="module")
def shop(server: Server) -> Iterator[Shop]:
    """For what is rolled back."""
    with server.scratch() as dsn:
        made = Shop(dsn)
        made.prepare()
        yield made


@pytest.fixture(scope="module")
def lasting(server: Server) -> Iterator[Shop]:
    """For what commits: each test has constraints, indexes and tables of its own there."""
    with server.scratch() as dsn:
        made = Shop(dsn)
        made.prepare()
        yield made


def worst(sent: Sent) -> dict[str, Blocks]:
    """What others cannot do, by table, at the worst moment."""
    found: dict[str, Blocks] = {}
    for _, _, effects in sent:
        for effect in effects:
            found[effect.relation or ""] = max(effect.blocks, found.get(effect.relation or "", Blocks.NOTHING))
    return found


EXAMPLES = [
    "blocking-index-drop",
    "blocking-maintenance",
    "blocking-partition-change",
    "blocking-trigger-change",
    "noop-still-locks",
    "referenced-table-locked",
    "validated-in-same-transaction",
]


@pytest.mark.parametrize("rule", EXAMPLES)
def test_who_waits_for_the_bad_example(rule: str, shop: Shop) -> None:
    (finding,) = findings_of(RULES[rule], RULES[rule].bad, TARGET)
    assert finding.relation is not None
    assert finding.blocks is not None
    assert finding.blocks >= Blocks.WRITES
    assert worst(shop.watch(RULES[rule].bad))[finding.relation] == finding.blocks


@pytest.mark.parametrize("rule", ["blocking-index-drop", "blocking-maintenance"])
def test_nobody_waits_for_the_good_example(rule: str, lasting: Shop) -> None:
    assert max(worst(lasting.watch(RULES[rule].good)).values()) < Blocks.WRITES


def test_referenced_tables(shop: Shop) -> None:
    """Those that a finding names, and no others."""
    sale = """
    operations = [
        migrations.CreateModel("Sale", [
            ("id", models.BigAutoField(primary_key=True)),
            ("book", models.ForeignKey("shop.Book", models.CASCADE)),
            ("author", models.ForeignKey("shop.Author", models.CASCADE)),
        ]),
    ]
    """
    (finding,) = findings_of(RULES["referenced-table-locked"], sale, TARGET)
    assert finding.message == (
        "A foreign key of `shop_sale` locks `shop_book` and `shop_author` as well: every write of them waits, until the "
        "migration commits."
    )
    assert worst(shop.watch(sale)) == {"shop_book": Blocks.WRITES, "shop_author": Blocks.WRITES}
    drop = 'operations = [migrations.DeleteModel("Review")]'
    (finding,) = findings_of(RULES["referenced-table-locked"], drop, TARGET)
    assert finding.message.startswith("Dropping `shop_review` locks `shop_book` as well: every read and write of it waits")
    assert worst(shop.watch(drop))["shop_book"] is Blocks.EVERYTHING
    key = next(key.name for key in plan(drop)[-1].impacts[0].before.table("shop_review").foreign_keys())
    first = f'operations = [migrations.RunSQL("ALTER TABLE shop_review DROP CONSTRAINT {key}")]'
    assert "shop_book" not in worst(shop.watch(first, drop))


def test_deadlock_of_several_tables(shop: Shop) -> None:
    bad = RULES["several-tables-locked"].bad
    (finding,) = findings_of(RULES["several-tables-locked"], bad, TARGET)
    assert finding.message == (
        "One transaction locks `shop_book`, then `shop_author`: every read and write of them waits, until the migration commits, "
        "and who uses them in another order may end in a deadlock."
    )
    assert worst(shop.watch(bad)) == {"shop_book": Blocks.EVERYTHING, "shop_author": Blocks.EVERYTHING}
    first, second = (statement.sql.encode() for _, statement in plan(bad)[-1].timeline)
    with sessions(shop.dsn, 2) as (migration, reader), ThreadPoolExecutor(1) as pool:
        for session in (migration, reader):
            session.execute("SET deadlock_timeout = '10ms'")
            session.autocommit = False
        reader.execute("SELECT 1 FROM shop_author")
        migration.execute(first)
        waiting = pool.submit(reader.execute, "SELECT 1 FROM shop_book")
        errors = []
        try:
            migration.execute(second)
        except psycopg.errors.DeadlockDetected as error:
            errors.append(error)
            migration.rollback()
        try:
            waiting.result(10)
        except psycopg.errors.DeadlockDetected as error:
            errors.append(error)
        assert len(errors) == 1
        migration.rollback()
        reader.rollback()


def test_validated_apart(lasting: Shop) -> None:
    """In a transaction of its own, validating keeps nobody waiting: what the rule asks for is worth it."""
    check = "ALTER TABLE shop_book ADD CONSTRAINT c CHECK (stock > 0) NOT VALID"
    validate = "operations = [migrations.RunSQL('ALTER TABLE shop_book VALIDATE CONSTRAINT c')]"
    sent = lasting.watch(f"operations = [migrations.RunSQL({check!r})]", validate)
    assert worst(sent) == {"shop_book": Blocks.SCHEMA_CHANGES}
    assert any(effect.scans for _, _, effects in sent for effect in effects)


def test_never_validated(lasting: Shop) -> None:
    """A row from before breaks the constraint, until somebody changes it."""
    source = """
    operations = [
        AddConstraintNotValid("book", models.CheckConstraint(condition=models.Q(stock__gt=100), name="stock_gt_100")),
    ]
    """
    (finding,) = findings_of(RULES["never-validated-constraint"], source, TARGET)
    assert finding.message == (
        "`stock_gt_100` of `shop_book` stays NOT VALID: no migration validates it. Rows from before may break it, and an update "
        "of such a row fails."
    )
    (statement,) = (statement for _, statement in plan(source)[-1].timeline)
    with sessions(lasting.dsn, 1) as (connection,):
        connection.execute(statement.sql.encode())
        assert connection.execute("SELECT count(*) > 0 FROM shop_book WHERE NOT stock > 100").fetchone() == (True,)
        with pytest.raises(psycopg.errors.CheckViolation):
            connection.execute("UPDATE shop_book SET title = 'x' WHERE id = 1")
        assert connection.execute("SELECT convalidated FROM pg_constraint WHERE conname = 'stock_gt_100'").fetchone() == (
            False,
        )


def build(session: psycopg.Connection[Any], source: str) -> None:
    for _, statement in plan(source)[-1].timeline:
        session.execute(statement.sql.encode())


VALID = "SELECT indisvalid FROM pg_index WHERE indexrelid = 'book_title_idx'::regclass"


def test_timeout_of_a_concurrent_build(lasting: Shop) -> None:
    """Behind an open transaction the timeout leaves an invalid index; without it the build waits, and ends well."""
    rule = RULES["timeout-breaks-concurrent-build"]
    bad, good = rule.bad.replace("2s", "50ms"), rule.good
    assert [f.rule for f in findings_of(rule, bad, TARGET)] == [rule.id]
    with sessions(lasting.dsn, 2) as (migration, writer), ThreadPoolExecutor(1) as pool:
        with writer.transaction(force_rollback=True):
            writer.execute("UPDATE shop_book SET title = 'x' WHERE id = 200")
            with pytest.raises(psycopg.errors.LockNotAvailable):
                build(migration, bad)
            assert writer.execute(VALID).fetchone() == (False,)
        migration.execute("DROP INDEX CONCURRENTLY book_title_idx")
        with writer.transaction(force_rollback=True):
            writer.execute("UPDATE shop_book SET title = 'x' WHERE id = 200")
            building = pool.submit(build, migration, good)
            time.sleep(0.1)
            assert not building.done()
        building.result(10)
        assert writer.execute(VALID).fetchone() == (True,)


def note(messages: list[str], notice: Diagnostic) -> None:
    messages.append(notice.message_primary or "")


def test_partition_with_a_proof(lasting: Shop) -> None:
    """What the help says: with a validated CHECK, attaching reads nothing."""
    parent = "operations = [migrations.RunSQL('CREATE TABLE sale (day date) PARTITION BY RANGE (day)')]"
    child = "CREATE TABLE old_sale AS SELECT date '2024-01-01' + i % 300 AS day FROM generate_series(1, 500) i"
    attach = "ALTER TABLE sale ATTACH PARTITION old_sale FOR VALUES FROM ('2024-01-01') TO ('2025-01-01')"
    made = [parent, f"operations = [migrations.RunSQL({child!r})]"]
    last = f"operations = [migrations.RunSQL({attach!r})]"
    (finding,) = findings_of(RULES["blocking-partition-change"], [*made, last], TARGET)
    checked = [
        line.strip().rstrip(",").strip("'").replace("\\'", "'").replace("…", "day")
        for line in finding.help.splitlines()
        if line.strip().startswith("'ALTER TABLE")
    ]
    proof = [f"operations = [migrations.RunSQL({sql!r})]" for sql in checked]
    assert len(proof) == 2
    assert findings_of(RULES["blocking-partition-change"], [*made, *proof, last], TARGET) == []
    read = {}
    for name, sources in (("bare", [*made, last]), ("proved", [*made, *proof, last])):
        *before, attached = plan(*sources)[1:]
        with sessions(lasting.dsn, 1) as (connection,):
            messages: list[str] = []
            connection.add_notice_handler(partial(note, messages))
            connection.execute("DROP TABLE IF EXISTS sale, old_sale")
            connection.execute("SET client_min_messages = debug1")
            for migration in [*before, attached]:
                messages.clear()
                for _, statement in migration.timeline:
                    connection.execute(statement.sql.encode())
        read[name] = [message for message in messages if message.startswith(("verifying", "partition constraint"))]
    assert read["bare"] == ['verifying table "old_sale"']
    assert [message.split(" is ")[-1] for message in read["proved"]] == ["implied by existing constraints"]


# Whole transactions.

BLURB = 'migrations.AddField("book", "blurb", models.TextField(null=True))'
EDITOR = 'migrations.AddField("book", "editor", models.ForeignKey("shop.Author", models.SET_NULL, null=True, related_name="+"))'
BORN = 'migrations.AddField("author", "born", models.DateField(null=True))'
TRANSACTIONS: dict[str, Sequence[str]] = {
    "update": [BLURB, 'migrations.RunSQL("UPDATE shop_book SET blurb = notes")'],
    "update of another table": [BLURB, 'migrations.RunSQL("UPDATE shop_review SET rating = 1")'],
    "index of another table": [BLURB, 'migrations.AddIndex("review", models.Index(fields=["rating"], name="r"))'],
    "index before the lock": ['migrations.AddIndex("review", models.Index(fields=["rating"], name="r"))', BLURB],
    "put off index": [EDITOR, BORN],
    "put off index alone": [EDITOR],
    "put off index of two": [EDITOR, 'migrations.AddField("review", "mark", models.SlugField(null=True))', BORN],
    "dropped key": ['migrations.RemoveField("book", "author")', 'migrations.RunSQL("UPDATE shop_author SET name = code")'],
    "rewrite of the same table": [BLURB, 'migrations.AlterField("book", "stock", models.BigIntegerField())'],
    "check of the parent": [
        BORN,
        'migrations.RunSQL("ALTER TABLE shop_book ADD FOREIGN KEY (publisher_id) REFERENCES shop_author")',
    ],
    "nothing but columns": [BLURB, BORN],
    "renamed": ['migrations.AlterModelTable("Review", "reviews")', 'migrations.RunSQL("UPDATE shop_book SET stock = 0")'],
}


def kept_waiting(sent: Sent) -> set[int]:
    """The operations that took long while a table was locked by another one, as it was seen."""
    takers: dict[str, set[int]] = {}
    found = set()
    for number, statement, effects in sent:
        long = [effect for effect in effects if effect.works or effect.writes_rows]
        # A lock that is held is not seen to be taken again.
        own = {effect.relation for effect in statement.effects if effect.lock == "ACCESS EXCLUSIVE"}
        own |= {relation for relation, by in takers.items() if number in by}
        if long and any(by - {number} and relation not in own for relation, by in takers.items()):
            found.add(number)
        for effect in effects:
            if effect.lock == "ACCESS EXCLUSIVE":
                takers.setdefault(effect.relation or "", set()).add(number)
    return found


@pytest.mark.parametrize("case", TRANSACTIONS)
def test_work_under_a_lock(case: str, shop: Shop) -> None:
    source = f"operations = [{', '.join(TRANSACTIONS[case])}]"
    found = findings_of(RULES["work-under-exclusive-lock"], source, TARGET)
    assert {finding.operation_index for finding in found} == kept_waiting(shop.watch(source))


# MariaDB

SALE = """
operations = [
    migrations.CreateModel("Sale", [
        ("id", models.BigAutoField(primary_key=True)),
        ("book", models.ForeignKey("shop.Book", models.CASCADE{})),
    ]),
]
"""


def run_beside_writer(mariadb: MySQLServer, *sources: str) -> None:
    """The last of the migrations, while somebody has written to the table of books and not committed yet."""
    shop, *before, last = plan(*sources, target="mariadb@10.11")
    with (
        mariadb.scratch() as name,
        mariadb.connect(name) as migration,
        mariadb.connect(name) as writer,
        migration.cursor() as cursor,
        writer.cursor() as other,
    ):
        for each in (shop, *before):
            for _, statement in each.timeline:
                cursor.execute(statement.sql)
        other.execute("INSERT INTO shop_author (name, code) VALUES ('Ada', 'a')")
        other.execute(
            "INSERT INTO shop_book (author_id, title, sku, isbn, price, stock, notes) VALUES (1, 'A', 'x', '1', 1, 1, '')"
        )
        cursor.execute("SET SESSION lock_wait_timeout = 1, innodb_lock_wait_timeout = 1")
        other.execute("BEGIN")
        other.execute("UPDATE shop_book SET stock = 2")
        for _, statement in last.timeline:
            cursor.execute(statement.sql)


def test_key_of_a_new_table_waits_for_writers_of_the_other(mariadb: MySQLServer) -> None:
    rule = RULES["referenced-table-locked"]
    (finding,) = findings_of(rule, SALE.format(""), "mariadb@10.11")
    assert finding.message == (
        "A foreign key of `shop_sale` waits for open transactions that write to `shop_book`, and every write of it waits behind it."
    )
    with pytest.raises(pymysql.OperationalError, match="1205"):
        run_beside_writer(mariadb, SALE.format(""))
    way = finding.help[finding.help.index("migrations.RunSQL") :].replace("\n    ", "\n")
    later = f"operations = [\n{way}\n]"
    assert findings_of(rule, [SALE.format(", db_constraint=False"), later], "mariadb@10.11") == []
    run_beside_writer(mariadb, SALE.format(", db_constraint=False"), later)
