"""While SQL is collected nothing reaches a database, no user code runs that need not, and no driver is needed."""

from __future__ import annotations

import importlib
import json
import os
import re
import socket
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.postgres.operations import CITextExtension, CreateExtension, HStoreExtension
from django.db import DEFAULT_DB_ALIAS, connection, connections, migrations, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations import Migration, RunPython
from django.db.migrations.operations.base import Operation

from migration_lint import conf
from migration_lint.project import collect
from migration_lint.sql import connection as offline
from migration_lint.sql.offline import OfflineError, OfflineWrapper
from migration_lint.sql.server import Server
from migration_lint.testing import impacts_of
from migration_lint.types import Impact, MigrationImpact
from tests import identity

ROOT = Path(__file__).resolve().parent.parent


class Listener:
    """A TCP server that takes note of whoever calls, and hangs up."""

    def __init__(self) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.calls: list[bytes] = []
        self.thread = threading.Thread(target=self.listen, daemon=True)
        self.thread.start()

    def listen(self) -> None:
        while True:
            try:
                caller, _ = self.socket.accept()
            except OSError:
                return
            with caller:
                caller.settimeout(1)
                self.calls.append(caller.recv(100))

    def close(self) -> None:
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        self.thread.join(5)


@pytest.fixture
def listener() -> Iterator[Listener]:
    server = Listener()
    try:
        yield server
    finally:
        server.close()


def test_listener_hears_a_call(listener: Listener) -> None:
    with socket.create_connection(("127.0.0.1", listener.port)) as caller:
        caller.sendall(b"hello")
        caller.recv(1)
    assert listener.calls == [b"hello"]


@pytest.fixture
def aliases(listener: Listener, monkeypatch: pytest.MonkeyPatch, django_db_blocker: Any) -> Iterator[tuple[str, str]]:
    """Two PostgreSQL databases of the settings', both of which are the listener. Django would be free to connect."""
    names = ("listening", "other")
    for name in names:
        values = {
            **connections.settings[DEFAULT_DB_ALIAS],
            "ENGINE": "django.db.backends.postgresql",
            "NAME": "shop",
            "USER": "shop",
            "PASSWORD": "",
            "HOST": "127.0.0.1",
            "PORT": str(listener.port),
            "OPTIONS": {"connect_timeout": 2},
        }
        monkeypatch.setitem(connections.settings, name, values)
    with django_db_blocker.unblock():
        yield names
    for name in names:
        if hasattr(connections._connections, name):  # type: ignore[attr-defined]
            del connections[name]


def walked(operations: list[Any], alias: str = DEFAULT_DB_ALIAS, atomic: bool = True) -> MigrationImpact:
    """What one migration does on this alias, there and back."""
    migration = type("Migration", (Migration,), {"operations": operations, "atomic": atomic})("0001_x", "shop")
    errors: list[str] = []
    target = conf.parse_target(f"{alias}=postgresql@16")
    ((found,),) = collect.walk((migration,), frozenset(), (target,), lambda key: frozenset({key}), True, errors)
    assert errors == []
    return found


def texts(impact: Impact) -> list[str]:
    return [statement.sql for statement in impact.statements]


class Custom(Operation):
    """An operation of somebody else's. What `forwards` is given is the alias."""

    def __init__(self, forwards: Any) -> None:
        self.forwards = forwards

    def state_forwards(self, app_label: str, state: Any) -> None:
        pass

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        self.forwards(schema_editor.connection.alias)

    database_backwards = database_forwards


def execute_ddl(alias: str) -> None:
    with connections[alias].cursor() as cursor:
        cursor.execute("ALTER TABLE shop_book ADD COLUMN note text DEFAULT %s", ["it's"])


def ask(alias: str) -> None:
    with connections[alias].cursor() as cursor:
        cursor.execute("SELECT max(id) FROM shop_book")
        cursor.fetchone()


def ask_the_other(alias: str) -> None:
    with connections["other"].cursor() as cursor:
        cursor.execute("SELECT 1")


def test_nothing_is_sent_to_the_database(aliases: tuple[str, str], listener: Listener) -> None:
    alias = aliases[0]

    def next_number() -> int:
        with connections[alias].cursor() as cursor:
            cursor.execute("SELECT max(number) FROM shop_book")
            return int(cursor.fetchone()[0]) + 1

    def from_another() -> int:
        connections["other"].ensure_connection()
        return 3

    found = walked(
        [
            CreateExtension("pg_trgm"),
            HStoreExtension(),
            CITextExtension(),
            migrations.CreateModel("Book", [("id", models.BigAutoField(primary_key=True))]),
            migrations.AddField("Book", "number", models.IntegerField(default=next_number)),
            migrations.AddField("Book", "copies", models.IntegerField(default=from_another)),
            Custom(execute_ddl),
            Custom(ask),
            Custom(ask_the_other),
            migrations.AddField("Book", "title", models.CharField(max_length=9, default="x")),
        ],
        alias,
    )
    assert listener.calls == []
    assert [texts(impact) for impact in found.impacts] == [
        ['CREATE EXTENSION IF NOT EXISTS "pg_trgm"'],
        ['CREATE EXTENSION IF NOT EXISTS "hstore"'],
        ['CREATE EXTENSION IF NOT EXISTS "citext"'],
        ['CREATE TABLE "shop_book" ("id" bigint NOT NULL PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY)'],
        [
            'ALTER TABLE "shop_book" ADD COLUMN "number" integer DEFAULT \'<unknown>\' NOT NULL',
            'ALTER TABLE "shop_book" ALTER COLUMN "number" DROP DEFAULT',
        ],
        [
            'ALTER TABLE "shop_book" ADD COLUMN "copies" integer DEFAULT \'<unknown>\' NOT NULL',
            'ALTER TABLE "shop_book" ALTER COLUMN "copies" DROP DEFAULT',
        ],
        ["ALTER TABLE shop_book ADD COLUMN note text DEFAULT 'it''s'"],
        [],
        [],
        [
            'ALTER TABLE "shop_book" ADD COLUMN "title" varchar(9) DEFAULT \'x\' NOT NULL',
            'ALTER TABLE "shop_book" ALTER COLUMN "title" DROP DEFAULT',
        ],
    ]
    assert [impact.unread for impact in found.impacts if impact.unread] == [
        "OfflineError: the database was asked while its SQL was collected offline: SELECT max(id) FROM shop_book",
        "OfflineError: the database 'other' was asked while SQL was collected offline",
    ]


def test_command_does_not_connect(listener: Listener) -> None:
    """The whole bookshop with production's settings, through the command."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "bookshop.settings",
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "testproject")]),
    }
    for prefix in ("BOOKSHOP", "ANALYTICS"):
        environment |= {
            f"{prefix}_ENGINE": "django.db.backends.postgresql",
            f"{prefix}_HOST": "127.0.0.1",
            f"{prefix}_PORT": str(listener.port),
            f"{prefix}_USER": "shop",
        }
    done = subprocess.run(
        [sys.executable, "manage.py", "lintmigrations"],
        check=False,
        cwd=ROOT / "testproject",
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode in (0, 1), done.stderr
    assert "Traceback" not in done.stderr
    assert listener.calls == []


def never(*arguments: Any) -> None:
    raise AssertionError("a RunPython ran")


class OwnRunPython(RunPython):
    """Overrides what would be replaced."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        self.code(to_state.apps, schema_editor)


class Wrapping(Operation):
    """Does its work through other operations."""

    reversible = True

    def __init__(self, *operations: Any) -> None:
        self.operations = operations

    def state_forwards(self, app_label: str, state: Any) -> None:
        pass

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        for operation in self.operations:
            operation.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        for operation in self.operations:
            operation.database_backwards(app_label, schema_editor, from_state, to_state)


class OwnSeparate(migrations.SeparateDatabaseAndState):
    """Not followed operation by operation."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        super().database_forwards(app_label, schema_editor, from_state, to_state)


@pytest.mark.parametrize("atomic", [True, False])
def test_no_run_python_runs(atomic: bool) -> None:
    run = RunPython(never, never)
    sql = migrations.RunSQL("SELECT 1", "SELECT 2")
    found = walked(
        [
            run,
            OwnRunPython(never, never),
            migrations.SeparateDatabaseAndState([run, sql, migrations.SeparateDatabaseAndState([run])]),
            OwnSeparate([run, sql]),
            Wrapping(run, sql),
            Wrapping(migrations.SeparateDatabaseAndState([run, sql])),
        ],
        atomic=atomic,
    )
    assert [impact.unread for impact in found.impacts] == [None] * len(found.impacts)
    assert [texts(impact) for impact in found.impacts] == [
        [], [], [], ["SELECT 1"], [], ["SELECT 1"], ["SELECT 1"], ["SELECT 1"]
    ]  # fmt: skip
    ways_back = [impact.reverse for impact in found.impacts]
    assert [(way.unread, [statement.sql for statement in way.statements]) if way else None for way in ways_back] == [
        (None, []),
        (None, []),
        (None, []),
        (None, ["SELECT 2"]),
        (None, []),
        (None, ["SELECT 2"]),
        (None, ["SELECT 2"]),
        (None, ["SELECT 2"]),
    ]


def test_connection_is_the_offline_one_while_collecting_and_the_own_one_afterwards() -> None:
    before = connections[DEFAULT_DB_ALIAS]
    others = {
        (owner, name): getattr(owner, name)
        for owner, name in (
            (BaseDatabaseWrapper, "connect"),
            (RunPython, "database_forwards"),
            (RunPython, "database_backwards"),
        )
    }
    seen: list[Any] = []

    def look(alias: str) -> None:
        seen.append((connections[alias], connection.vendor))
        raise RuntimeError("no more")

    found = walked([Custom(look)])
    assert [impact.unread for impact in found.impacts] == ["RuntimeError: no more"]
    assert [(isinstance(wrapper, OfflineWrapper), vendor) for wrapper, vendor in seen] == [(True, "postgresql")]
    assert connections[DEFAULT_DB_ALIAS] is before
    assert connection.vendor == before.vendor
    assert {key: getattr(*key) for key in others} == others


def test_connection_is_put_back_after_an_exception() -> None:
    before = connections[DEFAULT_DB_ALIAS]
    wrapper = offline.offline_connection(Server(conf.parse_target("postgresql@16")))
    seen = []

    def interrupted() -> None:
        with offline.installed(wrapper):
            seen.append(connections[DEFAULT_DB_ALIAS])
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert seen == [wrapper]
    assert connections[DEFAULT_DB_ALIAS] is before
    assert BaseDatabaseWrapper.connect.__module__ == "django.db.backends.base.base"


def test_connection_is_the_own_one_between_two_migrations() -> None:
    before = connections[DEFAULT_DB_ALIAS]
    plan = identity.example_plan(["operations = []", "operations = []"])
    rows = collect.walk(
        tuple(plan), frozenset(), (conf.parse_target("postgresql@16"),), lambda key: frozenset({key}), False, []
    )
    next(rows)
    assert connections[DEFAULT_DB_ALIAS] is before
    assert connection.vendor == before.vendor


def test_a_wrong_query_is_said_and_the_plan_goes_on() -> None:
    found = walked([migrations.RunSQL([("SELECT %s", [1, 2])]), migrations.RunSQL("SELECT 2")])
    assert [impact.unread for impact in found.impacts] == [
        "OfflineError: the parameters [1, 2] do not fit the SQL: not all arguments converted during string formatting",
        None,
    ]


def test_extension_types_made_up_offline_do_not_reach_a_real_connection() -> None:
    signals: Any = importlib.import_module("django.contrib.postgres.signals")

    walked([HStoreExtension(), CITextExtension()])
    assert signals.get_hstore_oids.cache_info().currsize == 0
    assert signals.get_citext_oids.cache_info().currsize == 0


# Without a driver.

SCRIPT = """
import importlib.abc, json, sys

BLOCKED = sys.argv[1] == "blocked"
TARGET, ENGINE = sys.argv[2:]
DRIVERS = ("psycopg", "psycopg2", "psycopg_binary", "psycopg_c", "MySQLdb", "pymysql", "oracledb", "cx_Oracle")


class Block(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if BLOCKED and name.partition(".")[0] in DRIVERS:
            raise ImportError(f"{name} is blocked")
        return None


sys.meta_path.insert(0, Block())
if not BLOCKED:
    import pymysql

    pymysql.install_as_MySQLdb()

import django
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

settings.configure(
    DATABASES={"default": {"ENGINE": ENGINE, "NAME": ":memory:"}},
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "shop", "migration_lint"],
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
)
django.setup()

from migration_lint import conf
from migration_lint.project import collect, loading
from migration_lint.sql import drivers

graph = loading.load()
assert not graph.problems, graph.problems
errors = []
found = []
for (impact,) in collect.walk(
    graph.migrations, graph.unmigrated, (conf.parse_target(TARGET),), lambda key: frozenset({key}), True, errors
):
    found.append([
        impact.key,
        [[part.unread, [s.sql for s in part.statements], [s.sql for s in part.reverse.statements] if part.reverse else None] for part in impact.impacts],
    ])
assert not errors, errors
left = [name for name, module in list(sys.modules.items()) if isinstance(module, drivers.StandInModule)]
if BLOCKED:
    left += [name for name in sys.modules if name.partition(".")[0] in DRIVERS]
    for backend in ("postgresql", "mysql", "oracle"):
        try:  # as if nothing had happened
            importlib.import_module(f"django.db.backends.{backend}.base")
        except (ImproperlyConfigured, ImportError):
            pass
        else:
            left.append(f"django.db.backends.{backend}.base")
assert drivers.is_installed(("psycopg", "psycopg2")) is drivers.is_installed(("MySQLdb",)) is not BLOCKED
print(json.dumps({"found": found, "left": left}))
"""

MIGRATION = """
import datetime, decimal, uuid

from django.db import migrations, models
from django.db.models import functions

UTC = datetime.timezone.utc
DEFAULTS = [
    (models.CharField, "it's \\\\ 50% %s — ü", {"max_length": 40}), (models.TextField, "", {}), (models.IntegerField, -5, {}),
    (models.FloatField, -1.5, {}), (models.FloatField, float("inf"), {}), (models.BooleanField, True, {}),
    (models.DecimalField, decimal.Decimal("-1.50"), {"max_digits": 5, "decimal_places": 2}),
    (models.DateField, datetime.date(2020, 1, 2), {}), (models.DateTimeField, datetime.datetime(2020, 1, 2, tzinfo=UTC), {}),
    (models.DateTimeField, datetime.datetime(2020, 1, 2, 3, 4, 5, 6, tzinfo=UTC), {}), (models.TimeField, datetime.time(1, 2), {}),
    (models.DurationField, datetime.timedelta(days=-3, seconds=5, microseconds=7), {}), (models.DurationField, datetime.timedelta(1), {}),
    (models.UUIDField, uuid.UUID(int=5), {}), (models.BinaryField, b"a\\x00\\xff'", {}), (models.GenericIPAddressField, "::1", {}),
    (models.JSONField, dict, {}), (models.JSONField, {"a": ["%s", None, "it's", "b\\\\s", "ü"]}, {}), (models.SlugField, "x", {"unique": True}),
]


class Migration(migrations.Migration):
    initial = True
    dependencies = [("auth", "0012_alter_user_first_name_max_length")]
    operations = [
        migrations.CreateModel("Book", [
            ("id", models.BigAutoField(primary_key=True)),
            ("owner", models.ForeignKey("auth.User", models.CASCADE)),
            ("readers", models.ManyToManyField("auth.User", related_name="+")),
            ("title", models.CharField(max_length=9, db_index=True)),
            ("data", models.JSONField(db_default={"a": [1, "%"]})),
            ("made", models.DateTimeField(db_default=functions.Now())),
        ]),
        *(
            migrations.AddField("Book", f"field_{number}", field(default=default, **options))
            for number, (field, default, options) in enumerate(DEFAULTS)
        ),
        migrations.AddField("Book", "upper", models.GeneratedField(
            expression=functions.Upper("title"), output_field=models.CharField(max_length=9), db_persist=True
        )),
        migrations.AlterField("Book", "title", models.TextField(unique=True)),
        migrations.AlterField("Book", "id", models.AutoField(primary_key=True)),
        migrations.AddConstraint("Book", models.CheckConstraint(condition=models.Q(title__contains="50%'"), name="fifty")),
        migrations.AddConstraint("Book", models.UniqueConstraint(functions.Lower("title"), name="lower")),
        migrations.AddIndex("Book", models.Index(fields=["title"], condition=models.Q(title__in=["a", "%"]), name="some")),
        migrations.RunSQL(
            [("INSERT INTO shop_book (title) VALUES (%s)", ["it's 100% \\\\"]), "DELETE FROM shop_book WHERE title LIKE '%%'"], "SELECT '%'"
        ),
        migrations.AlterField("Book", "field_0", models.TextField(null=True)),
        migrations.RenameModel("Book", "Volume"),
    ]
"""


def collected_by_script(folder: Path, blocked: bool, target: str, engine: str = "django.db.backends.sqlite3") -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", SCRIPT, "blocked" if blocked else "installed", target, engine],
        check=False,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(folder)])},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    for key, parts in found["found"]:
        if key == ["auth", "0005_alter_user_last_login_null"]:  # its way back has `default=timezone.now`
            parts[0][2] = [re.sub(r"'20[^']+'", "'…'", sql) for sql in parts[0][2]]
    return found


INFINITE = {5: "OfflineError: the parameters [inf] do not fit the SQL: inf can not be used with MySQL"}  # as the driver says


@pytest.mark.parametrize(
    ("target", "least", "unread"), [("postgresql@16", 60, {}), ("mysql@8.4", 40, INFINITE), ("mariadb@10.11", 40, INFINITE)]
)
def test_same_statements_without_a_driver(tmp_path: Path, target: str, least: int, unread: dict[int, str]) -> None:
    package = tmp_path / "shop" / "migrations"
    package.mkdir(parents=True)
    for path in (tmp_path / "shop" / "__init__.py", package / "__init__.py"):
        path.touch()
    (package / "0001_initial.py").write_text(textwrap.dedent(MIGRATION))
    without = collected_by_script(tmp_path, True, target)
    driver = collected_by_script(tmp_path, False, target)
    if "@16" not in target:  # the same where the settings use that backend themselves
        assert collected_by_script(tmp_path, False, target, "django.db.backends.mysql") == driver
    assert without["left"] == driver["left"] == []
    assert without["found"] == driver["found"]
    shop = without["found"][-1]
    assert shop[0] == ["shop", "0001_initial"]
    assert [part[0] for part in shop[1]] == [unread.get(number) for number in range(29)]
    assert sum(len(part[1]) for part in shop[1]) > least


# What is bound into a text, and what is not.


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELECT '50%', '%s', '%%'", ["SELECT '50%', '%s', '%%'"]),
        (["SELECT '%%'", "SELECT '%s'"], ["SELECT '%%'", "SELECT '%s'"]),
        ([("SELECT '%%'", None)], ["SELECT '%%'"]),
        ([("SELECT '%%'", [])], ["SELECT '%'"]),
        ([("SELECT %s, '%%'", ["it's 100%"])], ["SELECT 'it''s 100%', '%'"]),
        ([("SELECT %s", (None,)), ("SELECT %(a)s - %(a)s", {"a": -1})], ["SELECT NULL", "SELECT  -1 -  -1"]),
        ("SELECT 1; SELECT '%;'; ", ["SELECT 1", "SELECT '%;'"]),
    ],
)
def test_parameters_of_run_sql(sql: Any, expected: list[str]) -> None:
    (impact,) = walked([migrations.RunSQL(sql)]).impacts
    assert impact.unread is None
    assert texts(impact) == expected


def test_percent_sign_in_a_check() -> None:
    source = """
    operations = [
        migrations.AddConstraint("Book", models.CheckConstraint(condition=models.Q(title__contains="50%"), name="fifty")),
    ]
    """
    (found,) = impacts_of(source)
    assert texts(found.impacts[0]) == [
        r"""ALTER TABLE "shop_book" ADD CONSTRAINT "fifty" CHECK ("title"::text LIKE  E'%50\\%%')"""
    ]


# The session.


def settings_after(*sources: str) -> list[list[str | None]]:
    """`lock_timeout` as each operation's statements leave it, migration by migration."""
    return [[impact.after.settings.get("lock_timeout") for impact in found.impacts] for found in impacts_of(sources)]


def test_set_lasts_for_the_session_and_set_local_for_the_transaction() -> None:
    assert settings_after(
        """
        operations = [
            migrations.RunSQL("SET lock_timeout = '1s'"),
            migrations.RunSQL("SET LOCAL lock_timeout = '2s'"),
            migrations.RunSQL("SET LOCAL lock_timeout = '3s'; SELECT 1"),
        ]
        """,
        'operations = [migrations.RunSQL("SELECT 1"), migrations.RunSQL("RESET lock_timeout")]',
        'operations = [migrations.RunSQL("SELECT 1")]',
    ) == [["1s", "2s", "3s"], ["1s", None], [None]]


def test_set_local_where_no_transaction_is_open() -> None:
    """It lasts for the text that it stands in, which is one transaction; a text of its own sets nothing."""
    (found,) = impacts_of(
        """
        atomic = False
        operations = [
            migrations.RunSQL("SET LOCAL lock_timeout = '2s'; ALTER TABLE shop_book ADD COLUMN a int"),
            migrations.RunSQL("SET LOCAL lock_timeout = '3s'"),
            migrations.RunSQL("ALTER TABLE shop_book ADD COLUMN b int"),
            migrations.RunSQL("SET lock_timeout = '4s'"),
            migrations.RunSQL("ALTER TABLE shop_book ADD COLUMN c int"),
        ]
        """
    )
    assert [
        (statement.sql.split()[0], statement.before.settings.get("lock_timeout") if statement.before else None)
        for _, statement in found.timeline
    ] == [("SET", None), ("ALTER", "2s"), ("SET", None), ("ALTER", None), ("SET", None), ("ALTER", "4s")]


def test_transaction_numbers() -> None:
    (atomic, own) = impacts_of(
        [
            'operations = [migrations.RunSQL("SELECT 1; SELECT 2"), migrations.AddIndex("Book", models.Index(fields=["stock"], name="s"))]',
            """
            atomic = False
            operations = [
                migrations.RunSQL("SELECT 1"),
                migrations.RunSQL("SELECT 2; SELECT 3"),
                migrations.RunSQL(["SELECT 4", "SELECT 5; SELECT 6"]),
                migrations.AddField("Book", "code", models.SlugField(null=True)),
            ]
            """,
        ]
    )
    assert [statement.transaction for _, statement in atomic.timeline] == [1, 1, 1]
    assert [(statement.sql.partition(" ON ")[0], statement.transaction) for _, statement in own.timeline] == [
        ("SELECT 1", None),
        ("SELECT 2", 1),
        ("SELECT 3", 1),
        ("SELECT 4", None),
        ("SELECT 5", 2),
        ("SELECT 6", 2),
        ('ALTER TABLE "shop_book" ADD COLUMN "code" varchar(50) NULL', None),
        ('CREATE INDEX "shop_book_code_6d2c2ad5"', None),
        ('CREATE INDEX "shop_book_code_6d2c2ad5_like"', None),
    ]


@pytest.mark.parametrize("own", [False, True])
def test_another_database_is_refused_by_name(own: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    other: Any = connections["analytics"]
    monkeypatch.delitem(vars(other), "connect", raising=False)
    if own:  # as Django's test cases leave it
        monkeypatch.setattr(other, "connect", other.connect)
    wrapper = offline.offline_connection(Server(conf.parse_target("postgresql@16")))
    with (
        offline.installed(wrapper),
        pytest.raises(OfflineError, match=r"^the database 'analytics' was asked while SQL was collected offline$"),
    ):
        other.connect()
    assert ("connect" in vars(other)) is own
