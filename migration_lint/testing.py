"""For tests, with Django set up and no database. Public.

A project's migrations:

from migration_lint.testing import assert_migrations_safe

def test_migrations():
    assert_migrations_safe()

A rule, over the operations of an example:

from migration_lint.testing import findings_of

def test_bad_example():
    assert [f.message for f in findings_of(MyRule(), MyRule.bad)] == ["…"]
"""

from __future__ import annotations

import functools
import inspect
import linecache
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any

from django.db import migrations, models, router

from migration_lint import choosing, conf, lint
from migration_lint.engine import Engine
from migration_lint.project import collect, selection
from migration_lint.project.suppressions import Suppressions
from migration_lint.reporters import clean, concise, one_line
from migration_lint.rules import Rule, find_rules
from migration_lint.types import DATABASE_FIRST, Finding, MigrationImpact, Report


def assert_migrations_safe(
    app_label: str | None = None, name: str | None = None, *, since: str | None = None, **configuration: Any
) -> Report:
    """Fail where `lintmigrations` would: its findings at or above the fail level, or what could not be analysed.

    `app_label`, `name` and `since` select as there; `configuration` is more of the keys that the project's configuration has.
    Returns the report. Raises AssertionError, also where configuration is wrong, or where there is no migration at all.
    """
    __tracebackhide__ = True  # what failed is the migration
    try:
        run = lint.prepare(conf.load_config(configuration, "assert_migrations_safe()"), app_label, name, since=since)
        if not run.selected and (since is None or not run.graph.migrations):
            raise conf.UsageError(
                "There is no migration to lint. Where settings.MIGRATION_MODULES turns them off, as `pytest --no-migrations` "
                "does, run this test without that."
            )
        report = lint.lint(run)
    except conf.UsageError as error:
        raise AssertionError(clean(str(error))) from None
    if report.failing or report.errors:
        raise AssertionError(failure(report))
    return report


def failure(report: Report) -> str:
    """What is wrong, and how it is written instead."""
    found = [f"{concise.line(each, report)}\n{textwrap.indent(clean(each.help), '    ')}" for each in report.failing]
    head = f"{counted(len(found), 'finding')} in {counted(report.migrations, 'migration')}"
    if below := len(report.findings) - len(found):
        head += f", and {below} below the fail level ({report.fail_level})"
    return "\n\n".join([head, *found, *(f"Not analysed: {one_line(error)}" for error in report.errors)])


def counted(number: int, word: str) -> str:
    return f"{number} {word}{'s' * (number != 1)}"


APP = "shop"
TARGETS = {
    "postgresql": "postgresql@16",
    "mysql": "mysql@8.4",
    "mariadb": "mariadb@10.11",
    "sqlite": "sqlite@3.45",
    "oracle": "oracle@19",
}
"""What examples are run for."""


class Bookshop(migrations.Migration):
    """The schema that examples start from: label `shop`, models Author, Tag, Book and Review, all with rows in production."""

    operations = [
        migrations.CreateModel(
            "Author",
            [
                ("id", models.BigAutoField(primary_key=True)),
                ("name", models.CharField(max_length=100)),
                ("code", models.CharField(max_length=20, unique=True)),
            ],
        ),
        migrations.CreateModel(
            "Tag", [("id", models.BigAutoField(primary_key=True)), ("name", models.CharField(max_length=50))]
        ),
        migrations.CreateModel(
            "Book",
            [
                ("id", models.BigAutoField(primary_key=True)),
                ("author", models.ForeignKey("shop.Author", models.CASCADE)),
                ("title", models.CharField(max_length=100)),
                ("sku", models.CharField(max_length=50, db_index=True)),
                ("isbn", models.CharField(max_length=20, unique=True)),
                ("price", models.DecimalField(max_digits=10, decimal_places=2)),
                ("stock", models.IntegerField()),
                ("published", models.DateField(null=True)),
                ("notes", models.TextField()),
                ("publisher_id", models.BigIntegerField(null=True)),
                ("tags", models.ManyToManyField("shop.Tag")),
            ],
        ),
        migrations.CreateModel(
            "Review",
            [
                ("id", models.BigAutoField(primary_key=True)),
                ("book", models.ForeignKey("shop.Book", models.CASCADE)),
                ("body", models.TextField()),
                ("rating", models.IntegerField(null=True)),
            ],
        ),
    ]


class Accounts(migrations.Migration):
    """Another app, label `accounts`, on which the bookshop does not depend."""

    operations = [
        migrations.CreateModel(
            "Account", [("id", models.BigAutoField(primary_key=True)), ("name", models.CharField(max_length=100))]
        ),
    ]


def example_migration(source: str, number: int = 2, **attributes: Any) -> migrations.Migration:
    """A migration of the shop from the text of its class body: `operations = […]`, perhaps `atomic = False`."""
    from django.contrib.postgres import operations as postgres

    import migration_lint

    namespace: dict[str, Any] = {name: getattr(postgres, name) for name in dir(postgres) if not name.startswith("_")}
    namespace.update(migrations=migrations, models=models, postgres=postgres, migration_lint=migration_lint)
    text, file = inspect.cleandoc(source), f"<example {number}>"
    # What a RunPython does is read from its text.
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    exec(compile(text, file, "exec"), namespace)
    body = {
        "operations": namespace["operations"],
        "atomic": namespace.get("atomic", True),
        "dependencies": namespace.get("dependencies", [(APP, f"{number - 1:04}_x")]),
        "__module__": file,
        **attributes,
    }
    migration: migrations.Migration = type("Migration", (migrations.Migration,), body)(f"{number:04}_x", APP)
    return migration


Source = str | migrations.Migration
Sources = Source | Sequence[Source]


def impacts_of(
    sources: Sources,
    target: str = "postgresql@16",
    reverses: bool = False,
    release: bool = False,
    deploy_order: str = DATABASE_FIRST,
    ending: collect.Ending | None = None,
) -> list[MigrationImpact]:
    """The impacts of one or several migrations over the bookshop, or of their texts. `release`: they are deployed together."""
    given = list(sources) if isinstance(sources, Sequence) and not isinstance(sources, str) else [sources]
    plan: list[migrations.Migration] = [Accounts("0001_x", "accounts"), Bookshop("0001_x", APP)]
    plan += [example_migration(each, number) if isinstance(each, str) else each for number, each in enumerate(given, 2)]
    selected = frozenset((m.app_label, m.name) for m in plan[2:])
    errors: list[str] = []
    rows = list(
        collect.walk(
            tuple(plan),
            frozenset(),
            (conf.parse_target(target),),
            selection.releases(selected, release),
            reverses,
            errors,
            deploy_order=deploy_order,
            ending=ending,
        )
    )
    assert not errors, errors
    return [impact for (impact,) in rows]


@contextmanager
def routers(classes: Iterable[type]) -> Iterator[None]:
    """Let these and no other routers say where migrations run."""
    before = router.__dict__.get("routers")
    router.__dict__["routers"] = [cls() for cls in classes]
    try:
        yield
    finally:
        router.__dict__.pop("routers")
        if before is not None:
            router.__dict__["routers"] = before


def findings_of(
    rule: Rule | Sequence[Rule],
    sources: Sources,
    target: str = "postgresql@16",
    release: bool = False,
    deploy_order: str = DATABASE_FIRST,
) -> list[Finding]:
    """What a rule, or several together, find in the migrations."""
    engine = Engine([rule] if isinstance(rule, Rule) else rule, Suppressions(known()))
    ending = collect.Ending()
    given = rule.routers if isinstance(rule, Rule) else None
    with nullcontext() if given is None else routers(given):
        found = [
            finding
            for impact in impacts_of(sources, target, engine.needs_reverse, release, deploy_order, ending)
            for finding in engine.check_migration([impact])
        ]
        found += engine.check_end(ending.catalogs)
    found += engine.check_suppressions()
    assert not engine.errors, engine.errors
    return found


@functools.cache
def known() -> dict[str, frozenset[str]]:
    """What the names mean that a comment in an example may have."""
    return choosing.meanings(find_rules())
