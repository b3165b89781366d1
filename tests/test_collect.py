"""Collecting what unusual migrations and schema editors send."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.db import migrations, models
from django.db.migrations.state import ProjectState
from django.db.models.fields.related_descriptors import ReverseManyToOneDescriptor

from migration_lint.project.states import PlanState
from migration_lint.testing import impacts_of
from migration_lint.types import MigrationImpact
from tests.projects import CREATE, MIGRATION, Project

CHOICES = [(1, "one"), (2, "two")]
HISTORY: list[Any] = [
    migrations.CreateModel("Shelf", [("id", models.BigAutoField(primary_key=True)), ("code", models.CharField(max_length=9))]),
    migrations.CreateModel("Book", [("title", models.TextField()), ("shelf", models.ForeignKey("Shelf", models.CASCADE))]),
    migrations.AddField("Book", "size", models.IntegerField(choices=CHOICES, default=1)),
    migrations.AddField("Book", "made", models.DateField(default=0)),
    migrations.AddField("Book", "original", models.ForeignKey("self", models.SET_NULL, null=True, related_name="copies")),
    migrations.AddField("Book", "price", models.DecimalField(max_digits=5, decimal_places=2, db_column="cost")),
    migrations.AddIndex("Book", models.Index(fields=["size"], name="by_size")),
    migrations.AlterField("Book", "size", models.SmallIntegerField(default=1)),
    migrations.AddConstraint("Book", models.UniqueConstraint(fields=["size"], name="%(class)s_size")),
    migrations.RenameField("Shelf", "id", "number"),
    migrations.AddField("Book", "others", models.ManyToManyField("Book")),
    migrations.AddField("Shelf", "cover", models.FileField()),
    migrations.AddField("Shelf", "note", models.TextField(verbose_name="Notes")),
    migrations.AlterField("Shelf", "number", models.CharField(primary_key=True, max_length=20)),
    migrations.RenameField("Book", "title", "name"),
    migrations.AlterModelOptions("Book", {"verbose_name": "Tome"}),
    migrations.RemoveField("Book", "shelf"),
    migrations.AlterModelTable("Book", "tomes"),
    migrations.AlterModelManagers("Shelf", [("things", models.Manager())]),
    migrations.RemoveIndex("Book", "by_size"),
    migrations.RenameModel("Book", "Tome"),
    migrations.AddField("Tome", "pages", models.IntegerField(default=1)),
]
OF_ITS_OWN = {"local_managers", "apps", "model", "concrete_model", "pk", "auto_field", "indexes", "constraints"}


def described(model: Any) -> dict[str, Any]:
    """What a class of a model is made of; the accessors that others leave on it depend on which of them are rendered."""
    meta = model._meta
    plain = {
        name: str(value)
        for name, value in vars(meta).items()
        if name not in {*OF_ITS_OWN, *meta.FORWARD_PROPERTIES, *meta.REVERSE_PROPERTIES, "_get_fields_cache", "original_attrs"}
    }
    fields = [*meta.get_fields(include_hidden=True)]
    return {
        "members": {
            name: type(value) for name, value in vars(model).items() if not isinstance(value, ReverseManyToOneDescriptor)
        },
        "doc": model.__doc__,
        "options": plain,
        "own": (meta.model is model, meta.concrete_model is model, meta.pk.name, getattr(meta.auto_field, "name", None)),
        "indexes": [each.deconstruct() for each in (*meta.indexes, *meta.constraints)],
        "managers": [(each.name, each.model is model, each.auto_created) for each in meta.managers],
        "fields": [
            (each.name, each.column, each.attname, each.verbose_name, each.model is model, each.deconstruct(), each.serialize)
            for each in fields
            if each.concrete
        ],
        "keys": [
            (each.name, each.to_fields, each.remote_field.field_name, each.remote_field.field is each, each.opts is meta)
            for each in fields
            if each.many_to_one and each.concrete
        ],
        "relations": sorted((each.name, each.related_model._meta.label) for each in fields if each.is_relation),
    }


def test_a_class_is_what_django_renders() -> None:
    plan, django = PlanState({}, set()), ProjectState()
    for operation in HISTORY:
        plan, django = plan.clone(), django.clone()
        operation.state_forwards("shop", plan)
        operation.state_forwards("shop", django)
        for name in [name for _, name in django.models]:
            plan.apps.get_model("shop", name)
        plan.apps.get_models()
        for _, name in django.models:
            ours, theirs = plan.apps.get_model("shop", name), django.apps.get_model("shop", name)
            assert described(ours) == described(theirs), (operation, name)


def test_states_that_differ_in_indexes_alone_share_a_class() -> None:
    before = PlanState({}, set())
    migrations.CreateModel("Book", [("id", models.BigAutoField(primary_key=True))]).state_forwards("shop", before)
    after = before.clone()
    migrations.AddIndex("Book", models.Index(fields=["id"], name="by_id")).state_forwards("shop", after)
    found = []
    for state in (before, after, before):
        book: Any = state.apps.get_model("shop", "Book")
        found.append((book, book._meta.apps, [index.name for index in book._meta.indexes]))
    assert found == [(book, before.apps, []), (book, after.apps, ["by_id"]), (book, before.apps, [])]


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


@pytest.mark.parametrize(
    ("backend", "target", "setting"),
    [
        ("postgresql", "postgresql@16", "SET lock_timeout = 5"),
        ("mysql", "mariadb@10.11", "SET lock_wait_timeout = 5"),
        ("mysql", "mysql@8.4", "SET lock_wait_timeout = 5"),
    ],
)
def test_a_third_partys_schema_editor_keeps_its_say(project: Project, backend: str, target: str, setting: str) -> None:
    project.write("engine/__init__.py", "import pymysql; pymysql.install_as_MySQLdb()")
    project.write("engine/base.py", f"""
        from django.db.backends.{backend} import base, schema

        class Editor(schema.DatabaseSchemaEditor):
            def execute(self, sql, params=()):
                super().execute("{setting}", None)
                super().execute(sql, params)

        class DatabaseWrapper(base.DatabaseWrapper):
            SchemaEditorClass = Editor
    """)  # fmt: skip
    project.settings(
        "shop", more='DATABASES = {"default": {"ENGINE": "engine", "NAME": "x", "HOST": "127.0.0.1", "PORT": "1"}}'
    )
    project.app("shop", **{"0001_initial": CREATE})
    result = project.run("explainmigration", "shop", "--target", target, "--output-format", "json")
    [migration] = json.loads(result.out)["migrations"]
    sent = [s["sql"].replace("`", '"') for step in migration["steps"] for s in step["statements"]]
    assert [sql.partition(" (")[0] for sql in sent] == [setting, 'CREATE TABLE "shop_book"']


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


BIG = """
operations = [
    migrations.AlterField("author", "id", models.AutoField(primary_key=True)),
    migrations.AlterField("book", "id", models.AutoField(primary_key=True)),
    migrations.AlterField("tag", "id", models.AutoField(primary_key=True)),
    migrations.AlterField("author", "id", models.BigAutoField(primary_key=True)),
    migrations.AlterField("book", "id", models.BigAutoField(primary_key=True)),
]
"""


def test_each_of_several_targets_gets_what_it_gets_alone() -> None:
    """They share the states and their classes; what refers to a model is each operation's own matter."""
    from migration_lint import conf
    from migration_lint.project import collect, loading, selection
    from migration_lint.testing import APP, Bookshop, example_migration

    def sent(*names: str) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {name: [] for name in names}
        for plan in ((Bookshop("0001_x", APP), example_migration(BIG)), loading.load().migrations):
            keys = frozenset((m.app_label, m.name) for m in plan)
            targets = tuple(map(conf.parse_target, names))
            for impacts in collect.walk(tuple(plan), frozenset(), targets, selection.releases(keys, False), True, []):
                for name, impact in zip(names, impacts, strict=True):
                    for part in impact.impacts:
                        back = part.reverse.statements if part.reverse else ()
                        found[name] += [s.sql for s in (*part.statements, *back) if "'" not in s.sql]
        return found

    names = ("mariadb@10.11", "postgresql@16", "mysql@8.4", "sqlite@3.45", "oracle@19")
    together = sent(*names)
    for name in names:
        assert together[name] == sent(name)[name], name
