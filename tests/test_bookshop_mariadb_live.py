"""Migrations on a MariaDB with rows: what each statement is predicted to cost, and what a failure leaves behind."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db.migrations import Migration
from django.db.migrations.state import ProjectState
from django.test import override_settings

from migration_lint.project import loading
from migration_lint.rules.half_applied_on_failure import HalfAppliedOnFailure
from migration_lint.rules.schema_editor_in_runpython import SchemaEditorInRunpython
from migration_lint.testing import findings_of
from migration_lint.types import Statement
from tests import identity
from tests.identity_mysql import MySQL
from tests.mariadb import ALTER, observe, told
from tests.projects import Project
from tests.servers import MySQLServer
from tests.test_identity_mariadb_live import CHANGING, CONTRIB_APPS, portable

ROWS = 4


@pytest.fixture(autouse=True)
def _allow_connections(django_db_blocker: Any) -> Iterator[None]:
    with django_db_blocker.unblock():
        yield


class Site:
    """A database in production: every table has rows before each migration."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        with self.connection.connection.cursor() as cursor:  # the driver's: nobody takes it down
            cursor.execute(sql)
            return list(cursor.fetchall())

    def send(self, sql: str) -> None:
        with self.connection.cursor() as cursor:
            cursor.execute(sql)

    def fill(self, rows: int = ROWS) -> None:
        """Rows in every table that has none. Row n holds n wherever it can: keys are unique then, and lead to row n."""
        self.send("SET foreign_key_checks = 0")
        for (table,) in self.ask(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = database() AND table_type = 'BASE TABLE'"
        ):
            if self.ask(f"SELECT count(*) FROM `{table}`") == [(0,)]:
                columns = self.ask(
                    "SELECT column_name, column_type FROM information_schema.columns WHERE table_schema = database() "
                    f"AND table_name = '{table}' AND is_generated = 'NEVER'"
                )
                names = ", ".join(f"`{name}`" for name, _ in columns)
                values = (", ".join(value(kind, number) for _, kind in columns) for number in range(1, rows + 1))
                self.send(f"INSERT INTO `{table}` ({names}) VALUES {', '.join(f'({row})' for row in values)}")
        self.send("SET foreign_key_checks = 1")


def value(kind: str, number: int) -> str:
    if kind.startswith("date"):
        return f"'2020-01-0{number}'"
    if kind == "uuid":
        return f"'00000000-0000-0000-0000-00000000000{number}'"
    return f"'{number % 2 if kind == 'tinyint(1)' else number}'"


class Watch:
    """Retries each statement until the server takes it, beside what was predicted for it."""

    def __init__(self, ask: Any, statements: Iterable[Statement]) -> None:
        self.ask = ask
        self.expected = [statement for statement in statements if ALTER.match(statement.sql)]
        self.sent = 0
        self.differing: list[Any] = []

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        sql = sql.strip()
        if not ALTER.match(sql):
            return execute(sql, params, many, context)
        statement = self.expected[self.sent]
        assert statement.sql.split()[:5] == sql.split()[:5]
        self.sent += 1
        table = statement.actions[0].table
        assert table is not None
        observed = observe(lambda text: execute(text, params, many, context), self.ask, sql, table)
        said = told([effect for effect in statement.effects if effect.relation == table], observed)
        if said != observed:
            self.differing.append((statement.sql, said, observed))
        return None


@pytest.mark.parametrize(("alias", "least"), [("default", (110, 70)), ("analytics", (2, 0))])
def test_the_bookshop_is_changed_as_predicted(mariadb: MySQLServer, alias: str, least: tuple[int, int]) -> None:
    """Each statement there, and back where there is a way, on tables with rows."""
    apps = [f"django.contrib.{name}" for name in CONTRIB_APPS if f"django.contrib.{name}" not in settings.INSTALLED_APPS]
    watched: dict[str, list[Watch]] = {"apply": [], "unapply": []}
    with (
        override_settings(INSTALLED_APPS=[*settings.INSTALLED_APPS, *apps], SITE_ID=1),
        mariadb.scratch() as name,
        identity.connected(database := MySQL(mariadb, name), alias) as (connection, recorder),
    ):
        connection.ensure_connection()
        site = Site(connection)

        def run(way: str, migration: Migration, state: ProjectState, statements: Iterable[Statement]) -> ProjectState:
            watch = Watch(site.ask, statements)
            with connection.execute_wrapper(watch), connection.schema_editor(atomic=migration.atomic) as editor:
                state = getattr(migration, way)(state, editor)
            assert watch.sent == len(watch.expected)
            watched[way].append(watch)
            return state

        graph = loading.load()
        plan = tuple(map(portable, graph.migrations))
        impacts, _ = identity.impacts_offline(plan, f"{alias}={mariadb.name}", graph.unmigrated)
        state = ProjectState()
        for impact in impacts:
            migration, before = impact.migration, state.clone()
            there = [statement for _, statement in impact.timeline]
            site.fill()
            if impact.key == CHANGING and alias == "default":  # a unique column with one value for all: one row, no more
                site.send("DELETE FROM orders_orderline WHERE order_id > 1")
                site.send("DELETE FROM orders_order WHERE id > 1")
            state = run("apply", migration, state, there)
            if identity.is_reversible(migration):
                reverses = [each.reverse for each in impact.impacts if each.reverse]
                back = sorted((s for reverse in reverses for s in reverse.statements), key=lambda s: s.position)
                made = list(recorder.made)
                with database.rehearsal(connection, migration, made):
                    run("unapply", migration, before, back)
                recorder.made = made
    assert [each for watches in watched.values() for watch in watches for each in watch.differing] == []
    for way, number in zip(watched, least, strict=True):
        assert sum(watch.sent for watch in watched[way]) >= number


ENGINE = """
DATABASES = {{"default": {{"ENGINE": "django.db.backends.mysql", "NAME": "{name}", "USER": "root", "HOST": "{host}", "PORT": {port}}}}}
"""
MODULE = """
from django.db import migrations, models

{code}
class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = operations
    atomic = globals().get("atomic", True)
"""
START = """
from migration_lint.testing import Bookshop

class Migration(Bookshop):
    pass
"""


@pytest.fixture
def shop(mariadb: MySQLServer, tmp_path: Path) -> Iterator[tuple[Project, Site]]:
    """A project with a database of its own that has the shop of the examples, two rows in every table."""
    project = Project(tmp_path)
    project.app("shop", **{"0001_x": START})
    with mariadb.scratch() as name:
        project.settings("shop", more=ENGINE.format(name=name, host=mariadb.host, port=mariadb.port))
        project.write("sitecustomize.py", "import pymysql; pymysql.install_as_MySQLdb()")
        assert project.run("migrate").status == 0
        with identity.connected(MySQL(mariadb, name), "default") as (connection, _):
            connection.ensure_connection()
            site = Site(connection)
            site.fill(2)
            yield project, site


def migrated(project: Project, code: str) -> str:
    """The last line that `migrate` said; nothing if all went well."""
    (project.root / "shop/migrations/0002_x.py").write_text(MODULE.format(code=inspect.cleandoc(code) + "\n\n"))
    done = project.run("migrate", "shop")
    return done.err.strip().rpartition("\n")[2] if done.status else ""


def left(site: Site) -> tuple[list[str], list[str], list[str]]:
    """The columns and the keys of the book, and the migrations that are recorded."""
    questions = (
        "SELECT column_name FROM information_schema.columns WHERE table_schema = database() AND table_name = 'shop_book' ORDER BY 1",
        "SELECT constraint_name FROM information_schema.table_constraints WHERE table_schema = database() AND table_name = 'shop_book' ORDER BY 1",
        "SELECT name FROM django_migrations WHERE app = 'shop'",
    )
    columns, constraints, applied = ([name for (name,) in site.ask(question)] for question in questions)
    return columns, constraints, applied


def half_applied(code: str) -> str:
    (finding,) = findings_of(HalfAppliedOnFailure(), code, "mariadb@10.11")
    return finding.message


def test_the_first_operation_stays_when_the_second_one_fails(shop: tuple[Project, Site]) -> None:
    project, site = shop
    assert (
        "if operation 1 (AddConstraint) fails at statement 2, what operation 0 (AddField) did before that stays done"
        in half_applied(HalfAppliedOnFailure.bad)
    )
    site.send("UPDATE shop_book SET sku = 'the same'")
    columns, constraints, applied = left(site)
    first = migrated(project, HalfAppliedOnFailure.bad)
    assert "(1062, \"Duplicate entry 'the same' for key 'book_sku_uniq'\")" in first
    assert left(site) == (sorted([*columns, "blurb"]), constraints, applied)
    assert "(1060, \"Duplicate column name 'blurb'\")" in migrated(project, HalfAppliedOnFailure.bad)
    site.send("ALTER TABLE shop_book DROP COLUMN blurb")
    assert migrated(project, HalfAppliedOnFailure.good) == ""
    assert left(site) == (sorted([*columns, "blurb"]), constraints, ["0001_x", "0002_x"])


UNIQUE = """
    operations = [
        migrations.AlterField("book", "publisher_id", models.BigIntegerField(default=0, unique=True)),
    ]
"""
OTHER_TARGET = """
    operations = [
        migrations.AlterField("book", "author", models.ForeignKey("shop.Tag", models.CASCADE)),
    ]
"""


def test_what_can_be_done_again_is(shop: tuple[Project, Site]) -> None:
    project, site = shop
    assert half_applied(UNIQUE).endswith("and running it again starts from the beginning.")
    site.send("UPDATE shop_book SET publisher_id = NULL")
    before = left(site)
    for _ in range(2):
        assert "(1062, " in migrated(project, UNIQUE)
        assert left(site) == before
        assert site.ask("SELECT DISTINCT publisher_id FROM shop_book") == [(0,)]
    site.send("UPDATE shop_book SET publisher_id = id")
    assert migrated(project, UNIQUE) == ""
    assert len(left(site)[1]) == len(before[1]) + 1


def test_a_foreign_key_is_lost_when_its_alteration_is_run_again(shop: tuple[Project, Site]) -> None:
    project, site = shop
    assert half_applied(OTHER_TARGET).endswith(
        "and running it again succeeds without making the foreign key again that was dropped: Django finds none to replace."
    )
    site.send("DELETE FROM shop_book_tags")
    site.send("DELETE FROM shop_tag WHERE id = 2")
    columns, constraints, applied = left(site)
    keys = [name for name in constraints if "_fk_" not in name]
    assert len(keys) == len(constraints) - 1
    assert "(1452, " in migrated(project, OTHER_TARGET)
    assert left(site) == (columns, keys, applied)
    assert migrated(project, OTHER_TARGET) == ""
    assert left(site) == (columns, keys, [*applied, "0002_x"])


def test_a_schema_editor_in_a_transaction_is_refused(shop: tuple[Project, Site]) -> None:
    project, site = shop
    index = "SHOW INDEX FROM shop_book WHERE key_name = 'book_stock_idx'"
    assert migrated(project, SchemaEditorInRunpython.bad).startswith("django.db.transaction.TransactionManagementError: ")
    assert site.ask(index) == []
    assert migrated(project, SchemaEditorInRunpython.good) == ""
    assert len(site.ask(index)) == 1
