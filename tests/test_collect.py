"""Collecting what unusual migrations and schema editors send."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.db import migrations, models

from migration_lint.testing import impacts_of
from migration_lint.types import MigrationImpact
from tests.projects import CREATE, MIGRATION, Project


def sent(migration: MigrationImpact) -> list[str]:
    return [statement.sql for _, statement in migration.timeline]


def test_a_base_may_leave_before_its_heirs() -> None:
    """Django renders nothing again when a model goes, and neither may anything here fail because of it."""
    found = impacts_of(
        [
            """
            operations = [
                migrations.CreateModel("Media", [("id", models.BigAutoField(primary_key=True))]),
                migrations.CreateModel(
                    "Film",
                    [("media_ptr", models.OneToOneField("shop.media", models.CASCADE, parent_link=True, primary_key=True))],
                    bases=("shop.media",),
                ),
            ]
            """,
            """
            operations = [
                migrations.RemoveField("film", "media_ptr"),
                migrations.DeleteModel("Media"),
                migrations.DeleteModel("Film"),
            ]
            """,
            'operations = [migrations.AlterField("book", "title", models.TextField())]',
        ]
    )
    assert [part.unread for impact in found for part in impact.impacts] == [None] * 6
    assert sent(found[1])[-2:] == ['DROP TABLE "shop_media" CASCADE', 'DROP TABLE "shop_film" CASCADE']
    assert sent(found[2]) == ['ALTER TABLE "shop_book" ALTER COLUMN "title" TYPE text USING "title"::text']


def test_a_deferred_statement_that_raises_is_its_operations_matter() -> None:
    [found] = impacts_of(
        """
        from django.db.migrations.operations.base import Operation

        class Broken:
            def __str__(self):
                raise RuntimeError("no text")

        class Late(Operation):
            reversible = False
            def state_forwards(self, app_label, state): pass
            def database_forwards(self, app_label, schema_editor, from_state, to_state):
                schema_editor.deferred_sql.append(Broken())

        operations = [Late(), migrations.RunSQL("SELECT 1")]
        """
    )
    assert [part.unread for part in found.impacts] == ["RuntimeError: no text", None]
    assert sent(found) == ["SELECT 1"]


def test_deferred_statements_belong_to_who_queued_them() -> None:
    [found] = impacts_of(
        """
        operations = [
            migrations.AddField("book", "a", models.IntegerField(null=True, db_index=True)),
            migrations.AddField("review", "b", models.IntegerField(null=True)),
        ]
        """
    )
    [index] = [statement for statement in found.impacts[0].statements if statement.deferred]
    assert index.position == 2
    assert [(e.lock, e.held, e.held_until) for e in index.effects] == [("SHARE", "ACCESS EXCLUSIVE", "migration")]
    assert [statement.deferred for statement in found.impacts[1].statements] == [False]


def test_transactions_of_a_migration_that_is_not_atomic() -> None:
    [found] = impacts_of(
        """
        atomic = False
        operations = [
            migrations.RunSQL("SET lock_timeout = '2s'; ALTER TABLE shop_book ADD a int"),
            migrations.RunSQL("ALTER TABLE shop_book ADD b int"),
        ]
        """
    )
    assert [statement.transaction for _, statement in found.timeline] == [1, 1, None]
    assert [e.held_until for _, s in found.timeline for e in s.effects] == ["migration", "statement"]


def test_a_migration_that_overrides_apply_sends_what_it_lets_through() -> None:
    from migration_lint.project import collect, selection
    from migration_lint.testing import APP, Bookshop
    from migration_lint.types import Target

    class Elsewhere(migrations.Migration):
        operations = [migrations.AddField("book", "x", models.IntegerField(null=True))]
        through = False

        def apply(self, project_state, schema_editor, collect_sql=False):
            if self.through or schema_editor.connection.vendor != "postgresql":
                return super().apply(project_state, schema_editor, collect_sql)
            return self.mutate_state(project_state, preserve=False)

    for through, expected in ((False, []), (True, ['ALTER TABLE "shop_book" ADD COLUMN "x" integer NULL'])):
        migration = type("Migration", (Elsewhere,), {"through": through})("0002_x", APP)
        plan = (Bookshop("0001_x", APP), migration)
        release = selection.releases(frozenset({(APP, "0002_x")}), True)
        [(found,)] = list(collect.walk(plan, frozenset(), (Target("default", "postgresql", (16,)),), release, False, []))
        assert sent(found) == expected
        assert [part.unread for part in found.impacts] == [None]


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


def test_a_third_partys_schema_editor_keeps_its_say(project: Project) -> None:
    project.write("engine/__init__.py", "")
    project.write("engine/base.py", """
        from django.db.backends.postgresql import base, schema

        class Editor(schema.DatabaseSchemaEditor):
            def execute(self, sql, params=()):
                super().execute("SET lock_timeout = '1s'", None)
                super().execute(sql, params)

        class DatabaseWrapper(base.DatabaseWrapper):
            SchemaEditorClass = Editor
    """)  # fmt: skip
    project.settings(
        "shop", more='DATABASES = {"default": {"ENGINE": "engine", "NAME": "x", "HOST": "127.0.0.1", "PORT": "1"}}'
    )
    project.app("shop", **{"0001_initial": CREATE})
    result = project.run("explainmigration", "shop", "--output-format", "json")
    [migration] = json.loads(result.out)["migrations"]
    assert [s["sql"][:21] for step in migration["steps"] for s in step["statements"]] == [
        "SET lock_timeout = '1",
        'CREATE TABLE "shop_bo',
    ]


def test_an_operation_that_raises_taints_its_tables(project: Project) -> None:
    project.settings("shop")
    head = """
from django.db.migrations.operations.base import Operation

class Strange(migrations.AddField):
    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        raise RuntimeError("strange")
"""
    operations = '        Strange("book", "x", models.IntegerField(null=True)),\n        migrations.RemoveField("book", "x"),'
    text = MIGRATION.format(head=head, dependencies=[("shop", "0001_initial")], operations=operations, tail="")
    project.app("shop", **{"0001_initial": CREATE, "0002_x": text})
    [migration] = json.loads(project.run("explainmigration", "shop", "0002", "--output-format", "json").out)["migrations"]
    first, second = migration["steps"]
    assert (first["unread"], first["statements"]) == ("RuntimeError: strange", [])
    assert {(e["relation"], e["assumed"]) for s in second["statements"] for e in s["effects"]} == {("shop_book", True)}
