"""Rules about what a failure leaves behind, and about waiting for locks."""

from __future__ import annotations

import importlib
from typing import Any

import pytest
from django.db import connections

from migration_lint import Finding
from migration_lint.engine import Engine
from migration_lint.rules import Rule, rules_in
from migration_lint.testing import findings_of, impacts_of


def rule(name: str) -> Rule:
    return next(rules_in(importlib.import_module(f"migration_lint.rules.{name.replace('-', '_')}")))()


def messages(name: str, source: str, target: str) -> list[str]:
    return [finding.message for finding in findings_of(rule(name), source, target)]


TWO = """
operations = [
    migrations.AddField("book", "blurb", models.TextField(null=True)),
    migrations.AddConstraint("book", models.UniqueConstraint(fields=["sku"], name="book_sku_uniq")),
]
"""
ONE_OPERATION = 'operations = [migrations.AddField("book", "pages", models.IntegerField(default=1))]'
NEW_TABLE = """
operations = [
    migrations.CreateModel("Sale", [("id", models.BigAutoField(primary_key=True)), ("code", models.CharField(max_length=9, unique=True))]),
    migrations.AddIndex("sale", models.Index(fields=["code"], name="sale_code_idx")),
]
"""


@pytest.mark.parametrize("target", ["mysql@8.4", "mariadb@10.11"])
def test_every_migration_of_several_statements_may_stop_half_way(target: str) -> None:
    (message,) = messages("half-applied-on-failure", TWO, target)
    assert message == (
        "`shop.0002_x` sends 2 statements, and each one commits on its own: if operation 1 (AddConstraint) fails at statement 2, what "
        "operation 0 (AddField) did before that stays done, the migration is not recorded as applied, and running it again fails on "
        "that."
    )
    (found,) = findings_of(rule("half-applied-on-failure"), ONE_OPERATION, target)
    assert "sends 2 statements" in found.message
    assert "python manage.py explainmigration shop 0002_x" in found.help


@pytest.mark.parametrize("target", ["mysql@8.4", "mariadb@10.11", "postgresql@16"])
def test_new_tables_do_not_fail_half_way(target: str) -> None:
    assert messages("half-applied-on-failure", NEW_TABLE, target) == []


def test_a_transaction_undoes_all_of_it() -> None:
    assert messages("half-applied-on-failure", TWO, "postgresql@16") == []
    assert len(messages("half-applied-on-failure", f"atomic = False\n{TWO}", "postgresql@16")) == 1


RUN_PYTHON = """
from django.db import connection

def direct(apps, schema_editor):
    schema_editor.execute("DROP TABLE old")

def own_editor(apps, schema_editor):
    with connection.schema_editor() as editor:
        editor.remove_field(apps.get_model("shop", "Book"), None)

def for_others(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("VACUUM")

def harmless(apps, schema_editor):
    schema_editor.quote_name("x")
    schema_editor.connection.cursor().execute("UPDATE shop_book SET stock = 0")

operations = [migrations.RunPython({function}, migrations.RunPython.noop{atomic})]
"""


@pytest.mark.parametrize(("function", "method", "line"), [("direct", "execute", 4), ("own_editor", "remove_field", 8)])
def test_a_schema_editor_in_a_transaction_is_refused(function: str, method: str, line: int) -> None:
    (found,) = findings_of(rule("schema-editor-in-runpython"), RUN_PYTHON.format(function=function, atomic=""), "mysql@8.4")
    assert found.message == (
        f"`{function}` calls `{method}()` of a schema editor inside a transaction, which this database cannot roll back: Django "
        "raises TransactionManagementError, and the migration fails."
    )
    assert found.location is not None
    assert found.location.line == line


@pytest.mark.parametrize(
    ("function", "atomic", "target"),
    [
        ("direct", ", atomic=False", "mysql@8.4"),
        ("direct", "", "postgresql@16"),
        ("for_others", "", "mariadb@10.11"),
        ("harmless", "", "mariadb@10.11"),
    ],
)
def test_a_schema_editor_that_is_let(function: str, atomic: str, target: str) -> None:
    assert messages("schema-editor-in-runpython", RUN_PYTHON.format(function=function, atomic=atomic), target) == []


ALTER = 'operations = [migrations.AddField("book", "blurb", models.TextField(null=True))]'
CONCURRENT = """
atomic = False
operations = [AddIndexConcurrently("book", models.Index(fields=["title"], name="book_title_idx"))]
"""


def told(monkeypatch: pytest.MonkeyPatch, sources: list[str], options: dict[str, Any]) -> list[Finding]:
    """The findings of one run, with these OPTIONS in settings whose engine is PostgreSQL's."""
    from migration_lint import conf

    monkeypatch.setattr(conf, "is_own", lambda alias, vendor: True)
    changed = {**connections.settings["default"], "ENGINE": "django.db.backends.postgresql", "OPTIONS": options}
    monkeypatch.setitem(connections.settings, "default", changed)
    monkeypatch.setattr(connections["default"], "settings_dict", changed)
    engine = Engine([rule("missing-lock-timeout")])
    return [f for impact in impacts_of(sources, "postgresql@16") for f in engine.check_migration([impact])]


def test_a_missing_lock_timeout_is_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    (found,) = told(monkeypatch, [CONCURRENT, ALTER, ALTER.replace("blurb", "more")], {})
    assert found.message == (
        "Nothing bounds how long a migration of the database `default` waits for a lock, and whoever comes after it waits too."
    )
    assert 'DATABASES["default"]["OPTIONS"] = {"options": "-c lock_timeout=2s"}' in found.help
    assert (found.app_label, found.migration, found.targets) == (None, None, ("postgresql@16",))
