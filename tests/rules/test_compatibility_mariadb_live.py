"""A sample of what `test_compatibility_live` does, on MariaDB, where a statement commits and types bind in other ways."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pymysql
import pytest

from migration_lint.compatibility import How, breaks, catalogs, changed
from migration_lint.testing import impacts_of
from tests import bookshop, deployed
from tests.identity_mysql import MySQL
from tests.rules.test_compatibility_live import CASES, loose
from tests.servers import MySQLServer

pymysql.install_as_MySQLdb()
TARGET = "mariadb@10.11"
SAMPLE = [
    "add with default", "add with database default", "rename model", "not null", "shorter", "integer to text", "another scale",
    "unique", "view with less", "swapped", "database-default-removed, bad",
]  # fmt: skip


@pytest.fixture(scope="module")
def empty(mariadb: MySQLServer, django_db_blocker: Any) -> Iterator[Any]:
    with (
        mariadb.scratch() as name,
        django_db_blocker.unblock(),
        deployed.connected(**MySQL(mariadb, name).settings) as connection,
    ):
        yield connection


def made_anew(connection: Any) -> None:
    """The bookshop, and nothing that the case before has left."""
    with connection.cursor() as cursor:
        cursor.execute("SET foreign_key_checks = 0")
        cursor.execute("SELECT table_name, table_type FROM information_schema.tables WHERE table_schema = database()")
        for name, kind in cursor.fetchall():
            cursor.execute(f"DROP {'VIEW' if kind == 'VIEW' else 'TABLE'} `{name}`")
        cursor.execute("SET foreign_key_checks = 1")
        for statement in bookshop.statements(TARGET):
            cursor.execute(statement)


@pytest.mark.parametrize("case", SAMPLE)
def test_running_release_fails_where_it_is_said(case: str, empty: Any) -> None:
    (migration,) = impacts_of(CASES[case], TARGET)
    models = deployed.classes(migration.models_before)
    tables = {table.name for table in changed(catalogs(migration), migration.timeline)}
    made_anew(empty)
    keys = deployed.fill(models)
    deployed.run(empty, migration)
    observed = deployed.failing(models, keys, tables)
    broken = [each for group in breaks(migration, *How) for each in group]
    said = deployed.settled(deployed.predicted(broken), loose(broken))
    assert deployed.settled(observed, loose(broken)) == said, [(each.how, each.subject, each.column) for each in broken]
