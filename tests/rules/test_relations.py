"""What is said of relations between apps: to and from apps without migrations, swappable models, missing dependencies."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from migration_lint import Severity
from migration_lint.project import history, loading, relations
from migration_lint.types import Problem
from tests.graphs import Load, migration

ID = "('id', models.BigAutoField(primary_key=True))"


def create(name: str, *fields: str) -> str:
    return f"migrations.CreateModel('{name}', [{', '.join([ID, *fields])}])"


def key(to: str, kind: str = "ForeignKey", more: str = "models.CASCADE") -> str:
    return f"('other', models.{kind}({to}, {more}))"


def file(dependencies: Sequence[object], *operations: str) -> str:
    text = migration([], f"operations = [{', '.join(operations)}]")
    head = "from django.conf import settings\nfrom django.db import models"
    return head + text.replace("dependencies = []", f"dependencies = {dependencies}")


def problems(graph: loading.Graph, label: str | None = "reviews") -> list[Problem]:
    order = [(m.app_label, m.name) for m in graph.migrations]
    return [
        problem
        for problem in relations.problems(history.build(graph, False), order, frozenset(order))
        if label is None or (problem.app_label == label and problem.migration is not None)
    ]


def place(problem: Problem) -> tuple[str, int | None] | None:
    return (Path(problem.location.path).name, problem.location.line) if problem.location else None


def test_a_relation_to_an_app_without_migrations(load: Load) -> None:
    (problem,) = problems(load(reviews={"0001_initial": file([], create("Review", key("'catalog.Book'")))}))
    assert (problem.rule, problem.message) == (
        "relation-to-unmigrated-app",
        ("`Review.other` refers to `catalog.Book`, whose app has no migrations: on a database made anew its table is not there when "
        "the migration asks for it, and `migrate` fails."),
    )  # fmt: skip
    assert problem.help == (
        "Give the app migrations, and let this one depend on the first of them:\n\n"
        "    python manage.py makemigrations catalog\n\n"
        '    dependencies = [("catalog", "0001_initial"), …]'
    )
    assert place(problem) == ("0001_initial.py", 7)


def test_a_relation_from_an_app_without_migrations(load: Load) -> None:
    graph = load(catalog={"0001_initial": file([], create("Book"))})
    (problem,) = [p for p in problems(graph, None) if p.app_label == "inventory"]
    assert problem.message.startswith("`inventory.")
    assert problem.message.endswith(
        ", whose app has migrations, and `inventory` has none: `migrate --run-syncdb` makes the tables of `inventory` first, and "
        "fails where the other is not there yet."
    )
    assert place(problem)[0] == "models.py"  # type: ignore[index]


USER = file([], create("User"))
SWAPPABLE = "[migrations.swappable_dependency(settings.AUTH_USER_MODEL)]"


def test_a_swappable_model_that_nothing_depends_on(load: Load) -> None:
    own = create("Review", key("settings.AUTH_USER_MODEL", "OneToOneField"))
    (problem,) = problems(load(accounts={"0001_initial": USER}, reviews={"0001_initial": file([], own)}))
    assert (problem.rule, problem.severity, problem.message) == (
        "undeclared-swappable-dependency", None,
        ("`Review.other` refers to `accounts.User`, which `settings.AUTH_USER_MODEL` names, and the migration depends on nothing "
        "that makes it: whether it is there when the migration runs is a matter of luck."),
    )  # fmt: skip
    assert problem.help == (
        "Refer to whatever model the project has, and depend on it:\n\n"
        "    from django.conf import settings\n\n"
        "    dependencies = [migrations.swappable_dependency(settings.AUTH_USER_MODEL), …]\n\n"
        "and in the field: to=settings.AUTH_USER_MODEL"
    )


def test_a_model_in_whose_place_the_settings_put_another(load: Load) -> None:
    own = file([("auth", "0001_initial")], create("Review", key("'auth.User'", "ManyToManyField", "related_name='+'")))
    (problem,) = problems(load(auth={"0001_initial": USER}, reviews={"0001_initial": own}))
    assert (problem.rule, problem.severity, problem.message) == (
        "undeclared-swappable-dependency", Severity.ERROR,
        ("`Review.other` refers to `auth.User`, in whose place `settings.AUTH_USER_MODEL` puts `accounts.User`: `auth.User` has no "
        "table."),
    )  # fmt: skip


def test_a_model_made_by_a_migration_that_runs_later(load: Load) -> None:
    catalog = file([], create("Book"))
    own = file([("catalog", "0001_initial")], create("Review", key("'catalog.Book'")))
    assert problems(load(catalog={"0001_initial": catalog}, reviews={"0001_initial": own})) == []
    graph = load(
        catalog={"0001_initial": file([], create("Order", key("'reviews.Review'")))},
        reviews={"0001_initial": file([], create("Review"))},
    )
    (problem,) = problems(graph, "catalog")
    assert (problem.rule, problem.message) == (
        "undeclared-dependency",
        (
            "`Order.other` refers to `reviews.Review`, which `reviews.0001_initial` makes, and the migration does not depend on that: "
            "`migrate` runs it first, and fails."
        ),
    )
    assert problem.help == (
        'Let it depend on the migration that makes `reviews.Review`:\n\n    dependencies = [("reviews", "0001_initial"), …]'
    )


def test_what_makes_a_model(load: Load) -> None:
    renamed = "migrations.RenameModel('Volume', 'Book')"
    separate = f"migrations.SeparateDatabaseAndState(state_operations=[{create('Book')}])"
    before = f"operations = [{create('Book')}]; run_before = [('reviews', '0001_initial')]"
    head = "from django.db import models"
    for text, dependencies in [
        (file([], create("Volume"), renamed), [("catalog", "0001_initial")]),
        (file([], separate), [("catalog", "0001_initial")]),
        (file([], create("Book")), [("catalog", "__first__")]),
        (head + migration([], before), []),
    ]:
        own = file(dependencies, create("Review", key("'catalog.Book'"), key("'self'"), key("'Review'")))
        assert problems(load(catalog={"0001_initial": text}, reviews={"0001_initial": own})) == []
