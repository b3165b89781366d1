"""What a few migrations are linted for without collecting the whole history is what they are linted for with it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.db import migrations, models
from django.db.migrations import Migration

from migration_lint import conf, lint
from migration_lint.project import collect
from migration_lint.project.reach import Reach, reach

TARGETS = tuple(map(conf.parse_target, ("postgresql@15", "sqlite", "mariadb@10.11")))
KEY = ("id", models.BigAutoField(primary_key=True))


def make(name: str, *fields: tuple[str, Any], **more: Any) -> migrations.CreateModel:
    return migrations.CreateModel(name, [KEY, *fields], **more)


def to(name: str, **more: Any) -> Any:
    return models.ForeignKey(f"shop.{name}", models.CASCADE, **more)


def text(length: int = 20) -> Any:
    return models.CharField(max_length=length)


def plan(history: list[Any]) -> tuple[Migration, ...]:
    """A migration an operation, behind one of another app for each, which nothing has to do with."""
    found = []
    for number, operation in enumerate(history):
        idle = type("Migration", (Migration,), {"operations": [make(f"Idle{number}", ("name", text()))]})
        own = type("Migration", (Migration,), {"operations": [operation]})
        found += [idle(f"{number:04}", "idle"), own(f"{number:04}", "shop")]
    return tuple(found)


def last_of(migrations: tuple[Migration, ...], within: Reach | None) -> list[Any]:
    """All that is known of the last migration on each target, the tables before it included."""
    key = (migrations[-1].app_label, migrations[-1].name)
    errors: list[str] = []
    select = {key: frozenset({key})}.get
    (found,) = collect.walk(migrations, frozenset(), TARGETS, select, True, errors, within=within)
    assert errors == []
    return [
        [
            (impact.step.index, impact.unread, [described(statement) for statement in impact.statements], back(impact.reverse))
            for impact in each.impacts
        ]
        for each in found
    ]


def described(statement: Any) -> Any:
    effects = [
        replace(effect, table=effect.table and replace(effect.table, id=0), source=None)  # ids count what was made
        for effect in statement.effects
    ]
    return statement.sql, effects, [str(action) for action in statement.actions], statement.refusals


def back(reverse: Any) -> Any:
    return reverse and (reverse.unread, [described(statement) for statement in reverse.statements])


def clear(apps: Any, schema_editor: Any) -> None:
    apps.get_model("shop", "Author").objects.all().delete()


def send(apps: Any, schema_editor: Any) -> None:
    schema_editor.execute("DROP TABLE shop_author")


AUTHOR, BOOK = make("Author", ("name", text())), make("Book", ("title", text()), ("author", to("Author")))
SWAP = migrations.SeparateDatabaseAndState(
    state_operations=[
        make("Written", ("author", to("Author")), ("book", to("Book")), options={"db_table": "shop_book_authors"}),
        migrations.AlterField("Book", "authors", models.ManyToManyField("shop.Author", through="shop.Written")),
    ]
)
HISTORIES: dict[str, tuple[list[Any], set[str]]] = {
    "a column": ([AUTHOR, BOOK, migrations.AddField("Book", "pages", models.IntegerField(null=True))], {"author", "book"}),
    "what refers to it is there": ([AUTHOR, BOOK, migrations.DeleteModel("Author")], {"author", "book"}),
    "an index by its old name": (
        [
            AUTHOR,
            migrations.AddIndex("Author", models.Index(fields=["name"], name="by_name")),
            migrations.RenameField("Author", "name", "called"),
            migrations.RenameModel("Author", "Writer"),
            migrations.AlterField("Writer", "called", text(30)),
        ],
        {"author", "writer"},
    ),
    "another model takes a table's name": (
        [
            AUTHOR, BOOK,
            migrations.RenameModel("Book", "Old"),
            make("Book", ("author", to("Author"))),
        ],
        {"author", "book", "old"},
    ),
    "a table between two becomes a model's": (
        [AUTHOR, make("Book", ("authors", models.ManyToManyField("shop.Author"))), SWAP, migrations.AddField("Written", "role", text())],
        {"author", "book", "written"},
    ),
    "through a proxy": (
        [
            AUTHOR,
            migrations.CreateModel("Living", [], options={"proxy": True}, bases=("shop.Author",)),
            make("Book", ("author", to("Living"))),
            migrations.AlterField("Author", "id", models.AutoField(primary_key=True)),
        ],
        {"author", "living", "book"},
    ),
    "a key that another's key follows": (
        [
            AUTHOR,
            migrations.CreateModel("Pen", [("author", models.OneToOneField("shop.Author", models.CASCADE, primary_key=True))]),
            make("Ink", ("pen", to("Pen"))),
            migrations.AlterField("Author", "id", models.AutoField(primary_key=True)),
        ],
        {"author", "pen", "ink"},
    ),
    "what it refers to has moved": (
        [
            make("Town", ("name", text())), AUTHOR,
            migrations.AddField("Author", "town", to("Town", null=True)),
            migrations.AlterField("Town", "id", models.AutoField(primary_key=True)),
            migrations.RemoveField("Author", "town"),
            migrations.AddField("Author", "age", models.IntegerField(null=True)),
        ],
        {"author", "town"},
    ),
    "heirs": (
        [
            AUTHOR,
            migrations.CreateModel("Poet", [("author_ptr", models.OneToOneField("shop.Author", models.CASCADE, parent_link=True, primary_key=True)), ("odes", models.IntegerField())], bases=("shop.Author",)),
            migrations.AddField("Poet", "school", text()),
        ],
        {"author", "poet"},
    ),
    "rows that are deleted with others": ([AUTHOR, BOOK, make("Page", ("book", to("Book"))), migrations.RunPython(clear)], {"author", "book", "page"}),
    "SQL in the history": (
        [AUTHOR, migrations.RunSQL("CREATE INDEX by_hand ON shop_author (name)"), migrations.RemoveField("Author", "name")],
        {"author"},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("history", "models"), HISTORIES.values(), ids=HISTORIES)
def test_a_migration_is_collected_as_after_the_whole_history(history: list[Any], models: set[str]) -> None:
    migrations = plan(history)
    within = reach(migrations, frozenset(), {("shop", migrations[-1].name)}, {"postgresql", "sqlite", "mariadb"})
    assert within is not None
    assert within.models == {("shop", name) for name in models}
    assert last_of(migrations, within) == last_of(migrations, None)


class Strange(migrations.AddField):
    pass


class Own(Migration):
    operations = [migrations.RemoveField("Author", "name")]

    def apply(self, *args: Any, **kwargs: Any) -> Any:
        return super().apply(*args, **kwargs)


@pytest.mark.parametrize(
    "operation",
    [
        migrations.RunSQL("DROP INDEX by_hand"),
        migrations.SeparateDatabaseAndState([migrations.RunSQL("DROP INDEX by_hand")]),
        migrations.RunPython(send),
        Strange("Author", "age", models.IntegerField(null=True)),
    ],
)
def test_what_may_reach_anything_wants_everything(operation: Any) -> None:
    migrations = plan([AUTHOR, BOOK, operation])
    assert reach(migrations, frozenset(), {("shop", "0002")}, {"postgresql"}) is None


def test_so_does_a_migration_that_applies_itself() -> None:
    migrations = (*plan([AUTHOR, BOOK, BOOK]), Own("0003", "shop"))
    assert reach(migrations, frozenset(), {("shop", "0003")}, {"postgresql"}) is None


def test_where_most_is_selected_nothing_is_left_out() -> None:
    migrations = plan([AUTHOR, BOOK])
    assert reach(migrations, frozenset(), {(m.app_label, m.name) for m in migrations}, {"postgresql"}) is None


def test_the_bookshop_is_linted_alike() -> None:
    config = conf.load_config(
        {"targets": ["postgresql@15", "mariadb@10.11"], "third_party": True, "ignore": ["models-ahead-of-migrations"]}
    )
    run, left_out = lint.prepare(config), 0
    for key in [(m.app_label, m.name) for m in run.graph.migrations][::14]:
        alone = replace(run, selected=frozenset({key}), together=True, errors=[])
        within = reach(run.graph.migrations, run.graph.unmigrated, {key}, {"postgresql", "mariadb"})
        left_out += within is not None
        assert lint.lint(replace(alone, within=within)).findings == lint.lint(alone).findings
    assert left_out > 2
