"""What the settings keep secret is in no message, whichever way of connecting fails and whatever an exception holds."""

from __future__ import annotations

import copy
import gc
import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connections
from django.test import override_settings
from hypothesis import HealthCheck, example, given
from hypothesis import settings as how
from hypothesis import strategies as st

from migration_lint.failures import hidden, told
from tests.servers import MySQLServer, available_mariadb

ALIAS = "production"
SECRET = st.text(
    st.characters(codec="utf-8", exclude_characters="\0", exclude_categories=["Zs", "Cc"]), min_size=6, max_size=30
)
Configure = Callable[..., None]


@pytest.fixture(scope="module")
def configure(django_db_blocker: Any) -> Iterator[Configure]:
    own = connections.settings

    def make(engine: str, **values: Any) -> None:
        entry = {**own["default"], "USER": "", "PASSWORD": "", "HOST": "127.0.0.1", "PORT": "1", "OPTIONS": {}}
        own[ALIAS] = {**entry, "ENGINE": engine, **values}
        if hasattr(connections._connections, ALIAS):  # type: ignore[attr-defined]
            del connections[ALIAS]

    with django_db_blocker.unblock():
        yield make
    if hasattr(connections._connections, ALIAS):  # type: ignore[attr-defined]
        del connections[ALIAS]
    own.pop(ALIAS, None)


def said(*arguments: str) -> str:
    """All that a run prints that cannot be done."""
    out = io.StringIO()
    with pytest.raises(CommandError) as raised:
        call_command("lintmigrations", "orders", "0002", *arguments, stdout=out, stderr=out)
    assert raised.value.returncode == 2
    return out.getvalue() + str(raised.value)


POSTGRESQL, SQLITE, ORACLE = (f"django.db.backends.{name}" for name in ("postgresql", "sqlite3", "oracle"))
# Of a secret, the entry of the alias.
WAYS: dict[str, Callable[[str], tuple[str, dict[str, Any]]]] = {
    "nobody listens": lambda s: (POSTGRESQL, {"NAME": s, "USER": s, "PASSWORD": s, "OPTIONS": {"application_name": s}}),
    "no such role": lambda s: (POSTGRESQL, {"NAME": "postgres", "USER": s, "PASSWORD": s, "PORT": "5432"}),
    "no such database": lambda s: (POSTGRESQL, {"NAME": s, "USER": "postgres", "PASSWORD": s, "PORT": "5432"}),
    "a long name": lambda s: (POSTGRESQL, {"NAME": s * 11}),
    "an address for a host": lambda s: (POSTGRESQL, {"NAME": "x", "HOST": f"postgres://me:{s}@nowhere.invalid/x"}),
    "a user in the host": lambda s: (POSTGRESQL, {"NAME": "x", "HOST": f"me:{s}@nowhere.invalid"}),
    "a wrong option": lambda s: (POSTGRESQL, {"NAME": "x", "OPTIONS": {"sslmode": s}}),
    "wrong options": lambda s: (POSTGRESQL, {"NAME": "x", "USER": "postgres", "PORT": "5432", "OPTIONS": {"options": f"-c {s}=1"}}),
    "no file": lambda s: (SQLITE, {"NAME": f"/nowhere/{s}"}),
    "a file that is none": lambda s: (SQLITE, {"NAME": __file__, "OPTIONS": {"init_command": f"PRAGMA {s} {s}"}}),
    "no such service": lambda s: (ORACLE, {"NAME": s, "USER": s, "PASSWORD": s, "HOST": "", "PORT": "", "OPTIONS": {"wallet_password": s}}),
    "nobody there": lambda s: (ORACLE, {"NAME": s, "USER": s, "PASSWORD": s, "OPTIONS": {"tcp_connect_timeout": 1}}),
    "no such engine": lambda s: ("nowhere.at.all", {"NAME": s, "PASSWORD": s}),
}  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # Django drops a connection without closing it
@given(secret=SECRET)
@example(secret="hunter2'\\\"%40é")
@how(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_way_of_connecting_tells(way: str, configure: Configure, secret: str) -> None:
    pytest.importorskip("psycopg")
    pytest.importorskip("oracledb")
    engine, values = WAYS[way](secret)
    configure(engine, **values)
    text = said(f"--unapplied={ALIAS}", "--target=postgresql@16")
    assert "--unapplied production: the database could not be read: " in text
    assert secret not in text, text
    gc.collect()  # while the warning of what Django did not close is ignored
    if way in ("no such engine", "a long name"):
        assert secret not in said(f"--database={ALIAS}")


@given(secret=SECRET)
@how(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_mariadb_that_refuses(configure: Configure, secret: str) -> None:
    import pymysql

    server = available_mariadb()
    if not isinstance(server, MySQLServer):
        pytest.skip(server)
    configure(SQLITE, NAME=secret, USER=secret, PASSWORD=secret)
    with pytest.raises(pymysql.MySQLError) as raised:
        pymysql.connect(host=server.host, port=server.port, user=secret, password=secret.encode(), database=secret)
    assert secret not in told(raised.value, ALIAS)


def test_an_exception_that_holds_the_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "leaking_rule.py").write_text("""
from django.conf import settings
from migration_lint import Rule

class Leaking(Rule):
    def check_migration(self, migration):
        raise KeyError(settings.DATABASES, settings.SECRET_KEY, settings.STORAGES)
""")
    monkeypatch.syspath_prepend(str(tmp_path))
    databases = copy.deepcopy(settings.DATABASES)
    databases["default"]["PASSWORD"] = "s3cret'with\"quotes"
    databases["default"]["OPTIONS"] = {"ssl": {"passphrase": "inner-s3cret"}, "application_name": "shop"}
    out = io.StringIO()
    monkeypatch.setattr(settings, "DATABASES", databases)
    storages = {"default": {"OPTIONS": {"secret_key": "storage-s3cret"}}}
    with (
        override_settings(MIGRATION_LINT={"rules": ["leaking_rule"]}, SECRET_KEY="key-s3cret", STORAGES=storages),
        pytest.raises(SystemExit) as raised,
    ):
        call_command("lintmigrations", "orders", "0002", "--target=postgresql@16", stdout=out)
    text = out.getvalue()
    assert (raised.value.code, "the rule leaking-rule crashed" in text, "s3cret" in text) == (2, True, False)
    assert all(f"<{name}>" in text for name in ("PASSWORD", "passphrase", "SECRET_KEY", "secret_key"))
    assert "'application_name': 'shop'" in text


def test_what_is_hidden(configure: Configure) -> None:
    configure(POSTGRESQL, NAME="shop", USER="me", PASSWORD="pa ss", HOST="db.example.com", OPTIONS={"hosts": ["one", "two"]})
    text = "me@shop in pa ss, some, workshop, db.example.com two (redis://x:y@z)"
    assert hidden(text, ALIAS) == "<USER>@<NAME> in <PASSWORD>, some, workshop, db.example.com <OPTIONS> (redis://<PASSWORD>@z)"
    assert hidden(text) == "me@shop in <PASSWORD>, some, workshop, db.example.com two (redis://<PASSWORD>@z)"
    assert told(ValueError("x\n pa%20ss pa+ss")) == "ValueError: x <PASSWORD> <PASSWORD>"
    assert told(ValueError()) == "ValueError"
