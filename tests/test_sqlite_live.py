"""SQLite: what is collected offline is what `migrate` sends, and the catalog what the file holds; on the library of this Python."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import migrations
from django.db.migrations import Migration
from django.test import override_settings

from migration_lint.project import loading
from tests import identity, sqlite_identity
from tests.sqlite import IS_SUPPORTED, UNSUPPORTED
from tests.test_identity_live import CONTRIB

# `default=uuid.uuid4` is called once, for the rows that are there: another value at every run.
CHANGING = ("orders", "0003_order_public_id_alter_coupon_id_and_more")

TARGET = f"sqlite@{sqlite3.sqlite_version}"

pytestmark = pytest.mark.skipif(not IS_SUPPORTED, reason=UNSUPPORTED)


@pytest.fixture(autouse=True)
def _allow_connections(django_db_blocker: Any) -> Iterator[None]:
    with django_db_blocker.unblock():
        yield


@pytest.fixture
def contrib() -> Iterator[None]:
    names = [f"django.contrib.{name}" for name in CONTRIB if name != "postgres"]
    added = [name for name in names if name not in settings.INSTALLED_APPS]
    with override_settings(INSTALLED_APPS=[*settings.INSTALLED_APPS, *added], SITE_ID=1):
        yield


POSTGRESQL = {
    "AddIndexConcurrently": "AddIndex",
    "RemoveIndexConcurrently": "RemoveIndex",
    "AddConstraintNotValid": "AddConstraint",
}


INDEXED = "ALTER TABLE orders_order DROP COLUMN external_ref"
UNINDEXED = "DROP INDEX orders_order_external_ref_3f1f789d"  # SQLite refuses to drop a column that has an index


def portable(migration: Migration) -> Migration:
    """The migration with Django's own operations in the place of those that only PostgreSQL has."""
    operations = []
    for operation in migration.operations:
        name, args, kwargs = operation.deconstruct()
        if isinstance(operation, migrations.RunSQL) and isinstance(operation.sql, str):
            operation.sql = operation.sql.replace(" CONCURRENTLY", "").replace(INDEXED, f"{UNINDEXED}; {INDEXED}")
            operation.reverse_sql = operation.reverse_sql and str(operation.reverse_sql).replace(" CONCURRENTLY", "")
        if name in POSTGRESQL:
            operation = getattr(migrations, POSTGRESQL[name])(*args, **kwargs)
        if name != "ValidateConstraint":
            operations.append(operation)
    migration.operations = operations  # type: ignore[misc]
    return migration


@pytest.mark.usefixtures("contrib")
def test_bookshop_and_contrib_apps(tmp_path: Path) -> None:
    graph = loading.load()
    assert graph.problems == ()
    plan = tuple(map(portable, graph.migrations))
    impacts, catalog = identity.impacts_offline(plan, TARGET, graph.unmigrated)
    offline = identity.collected(impacts)
    path = tmp_path / "db.sqlite3"
    live = sqlite_identity.run_live(path, lambda: plan, unmigrated=graph.unmigrated)
    print(offline.count())
    for run in (offline, live):
        run.forwards[CHANGING] = [(number, re.sub(r"'[0-9a-f]{32}'", "'…'", sql)) for number, sql in run.forwards[CHANGING]]
    assert identity.differing_statements(offline.forwards, live.forwards) == []
    assert identity.differing_statements(offline.backwards, live.backwards) == []
    assert live.refused == offline.refused == {}
    assert identity.differences(sqlite_identity.described(catalog), sqlite_identity.held(path)) == []
