"""What the rules about history say of migrations on disk."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management.commands import makemigrations
from django.db import models

from migration_lint import Finding, Plan, Rule, Severity
from migration_lint.engine import Engine
from migration_lint.project import autodetect, history, loading, metadata
from migration_lint.rules.broken_graph import BrokenGraph
from migration_lint.rules.changed_field_signature import ChangedFieldSignature
from migration_lint.rules.generated_name import GeneratedName
from migration_lint.rules.misleading_initial import MisleadingInitial
from migration_lint.rules.models_ahead_of_migrations import ModelsAheadOfMigrations
from migration_lint.rules.unserializable_reference import UnserializableReference
from migration_lint.rules.written_by_newer_django import WrittenByNewerDjango
from tests.graphs import Load, migration

CREATE = 'migrations.CreateModel("Review", [("id", models.BigAutoField(primary_key=True))])'


def findings(rule: Rule, graph: loading.Graph, third_party: bool = False, **known: Any) -> list[Finding]:
    engine = Engine([rule])
    found = engine.check_plan(Plan(graph.migrations, graph.problems, (), history.build(graph, third_party, **known)))
    assert not engine.errors, engine.errors
    return found


def place(finding: Finding) -> tuple[str, int | None]:
    assert finding.location is not None
    return Path(finding.location.path).name, finding.location.line


def file(dependencies: list[object], *operations: str, more: str = "", head: str = "") -> str:
    text = migration(dependencies, f"operations = [{', '.join(operations)}]")
    return f"{head}\nfrom django.db import models\n{text}{more}"


# generated-name


def test_a_generated_name(load: Load) -> None:
    graph = load(reviews={"0001_initial": [], "0002_auto_20250107_1200": [("reviews", "0001_initial")]})
    (finding,) = findings(GeneratedName(), graph)
    assert finding.message == "The name of `reviews.0002_auto_20250107_1200` says when it was made, not what it does."
    assert finding.help == (
        "If it has not run anywhere but here, undo it, rename the file, and run it again:\n\n"
        "    0002_auto_20250107_1200.py → 0002_what_it_does.py\n\n"
        "`python manage.py makemigrations reviews --name what_it_does` names the next one."
    )
    assert place(finding) == ("0002_auto_20250107_1200.py", 4)


# misleading-initial

INITIAL = "    initial = True\n"
MORE = {
    "a function": ("migrations.RunPython(len)", "RunPython"),
    "SQL": ("migrations.RunSQL('UPDATE shop SET x = 1')", "RunSQL"),
    "another table": ("migrations.RenameModel('Other', 'Another')", "RenameModel"),
    "a column of another table": ("migrations.RemoveField('other', 'x')", "RemoveField"),
}


@pytest.mark.parametrize("name", MORE)
def test_an_initial_migration_that_does_more(load: Load, name: str) -> None:
    operation, what = MORE[name]
    (finding,) = findings(MisleadingInitial(), load(reviews={"0001_initial": file([], CREATE, operation, more=INITIAL)}))
    assert finding.message == (
        "`reviews.0001_initial` says `initial = True` and does more than create tables: where those exist, "
        f"`migrate --fake-initial` records it as applied without running its `{what}`."
    )
    assert finding.help == (
        f"Move `{what}` into a migration of its own that depends on this one:\n\n"
        "    python manage.py makemigrations reviews --empty --name what_it_does\n\n"
        "Where this one has run already, write `initial = False` instead: then it is never taken for applied."
    )
    assert place(finding)[0] == "0001_initial.py"


# models-ahead-of-migrations


ID = "models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')"
REVIEW = f"migrations.CreateModel('Review', [('id', {ID}), ('text', models.TextField())])"


@pytest.fixture
def models_of_reviews(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Put models in the place of those of the app `reviews`."""

    def put(**fields: models.Field[Any, Any]) -> None:
        registry: dict[str, Any] = {}
        monkeypatch.setitem(apps.all_models, "reviews", registry)
        # A class that is registered under a name stays there, and `monkeypatch` takes the dictionary away again.
        type("Review", (models.Model,), {"__module__": __name__, "Meta": type("Meta", (), {"app_label": "reviews"}), **fields})
        monkeypatch.setattr(apps.get_app_config("reviews"), "models", registry)
        apps.clear_cache()

    yield put
    monkeypatch.undo()
    apps.clear_cache()


def ahead(load: Load) -> list[Finding]:
    rule = ModelsAheadOfMigrations()
    return [
        finding
        for finding in findings(rule, load(reviews={"0001_initial": file([], REVIEW)}))
        if finding.app_label == "reviews"
    ]


def test_models_that_no_migration_makes(load: Load, models_of_reviews: Any) -> None:
    models_of_reviews(text=models.TextField(), stars=models.IntegerField(), body=models.TextField(null=True))
    (finding,) = ahead(load)
    assert finding.severity == Severity.ERROR
    assert finding.message == (
        "The models of `reviews` are ahead of its migrations, and no database gets what they ask for: "
        "`makemigrations` would write `Add field body to review` and `Add field stars to review`."
    )
    assert finding.help == "Run `python manage.py makemigrations reviews`."


def test_a_model_stands_where_its_class_does() -> None:
    found = history.model_location("catalog", "book")
    assert found is not None
    assert Path(found.path).read_text(encoding="utf-8").splitlines()[(found.line or 0) - 1].startswith("class Book(")
    assert history.model_location("catalog", "nothing") is None


def test_models_that_differ_in_what_no_database_sees(load: Load, models_of_reviews: Any) -> None:
    models_of_reviews(text=models.TextField(help_text="What you think of it.", default="-"))
    (finding,) = ahead(load)
    assert finding.severity == Severity.WARNING
    assert finding.message == (
        "The models of `reviews` are ahead of its migrations in what no database sees: "
        "`makemigrations` would write `Alter field text on review`."
    )


@pytest.mark.parametrize("options", [{"proxy": True}, {"managed": False}, {}])
def test_a_model_that_no_table_is_made_for(load: Load, models_of_reviews: Any, options: dict[str, bool]) -> None:
    models_of_reviews(text=models.TextField())
    review = apps.get_model("reviews", "review")
    meta = type("Meta", (), {"app_label": "reviews", **options})
    type("Other", (review if "proxy" in options else models.Model,), {"__module__": __name__, "Meta": meta})
    apps.clear_cache()
    (finding,) = ahead(load)
    assert finding.severity == (Severity.WARNING if options else Severity.ERROR)


def test_a_column_renamed_is_seen_by_a_database(load: Load, models_of_reviews: Any) -> None:
    models_of_reviews(text=models.TextField(db_column="body"))
    assert [finding.severity for finding in ahead(load)] == [Severity.ERROR]


def test_a_project_s_own_makemigrations_leaves_out_what_no_database_sees(
    load: Load, models_of_reviews: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Own(makemigrations.Command):
        def handle(self, *args: Any, **options: Any) -> None: ...

    models_of_reviews(text=models.TextField(help_text="What you think of it."), stars=models.IntegerField())
    for app in (Own(), "no.such.app"):
        monkeypatch.setattr(autodetect, "get_commands", lambda app=app: {"makemigrations": app})
        (finding,) = ahead(load)
        assert finding.message.endswith(" would write `Add field stars to review`.")


def test_a_broken_graph_says_nothing_of_models(load: Load, models_of_reviews: Any) -> None:
    models_of_reviews(text=models.CharField(max_length=20))
    graph = load(reviews={"0001_initial": file([], REVIEW), "0002_x": [("reviews", "0001_nowhere")]})
    assert findings(ModelsAheadOfMigrations(), graph) == []


def test_looking_for_changes_leaves_the_migrations_as_they_were(load: Load) -> None:
    rename = file([("reviews", "0001_initial")], "migrations.RenameField('review', 'text', 'body')")
    graph = load(reviews={"0001_initial": file([], REVIEW), "0002_x": rename})
    operation: Any = graph.migrations[0].operations[0]
    findings(ModelsAheadOfMigrations(), graph)
    assert [getattr(field, "name", None) for _, field in operation.fields] == [None, None]


# written-by-newer-django


def test_a_package_that_promises_an_older_django(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    graph = load(
        reviews={
            "0001_initial": file([], head="# Generated by Django 4.2.1 on 2024-01-01"),
            "0002_x": file([("reviews", "0001_initial")], head="# Generated by Django 5.1 on 2025-01-01"),
            "0003_y": file([("reviews", "0002_x")], head="# Generated by Django 5.2.3 on 2025-05-01"),
        }
    )
    monkeypatch.setattr(metadata, "promised", lambda folder: ("4.2", f"{folder}/setup.cfg", True))
    (finding,) = findings(WrittenByNewerDjango(), graph)
    assert finding.message == (
        "`reviews.0003_y` was written by Django 5.2, while setup.cfg says that the package works with Django 4.2. "
        "1 more of the app's migrations is too new as well."
    )
    assert place(finding) == ("0003_y.py", 1)
    monkeypatch.setattr(metadata, "promised", lambda folder: None)
    assert findings(WrittenByNewerDjango(), graph) == []


PROMISES = {
    "a dependency": ("pyproject.toml", '[project]\ndependencies = ["rich", "Django>=4.2,<6; python_version > \\"3\\""]', "4.2"),
    "a compatible release": ("pyproject.toml", '[project]\ndependencies = ["django[argon2] ~= 5.1.3"]', "5.1"),
    "classifiers": ("pyproject.toml", '[project]\nclassifiers = ["Framework :: Django :: 5.2", "Framework :: Django :: 4.2"]', "4.2"),
    "poetry": ("pyproject.toml", '[tool.poetry.dependencies]\npython = "^3.10"\ndjango = "^4.2"', "4.2"),
    "poetry's table": ("pyproject.toml", '[tool.poetry.dependencies]\nDjango = {version = ">=5.0", extras = ["x"]}', "5.0"),
    "setup.cfg": ("setup.cfg", "[options]\ninstall_requires =\n    django>=3\n    rich\n", "3"),
    "setup.py": ("setup.py", "setup(install_requires=['Django>=4.1'])", "4.1"),
    "another package": ("pyproject.toml", '[project]\ndependencies = ["django-filter>=1.0"]', None),
    "no bound": ("pyproject.toml", '[project]\ndependencies = ["django"]', None),
    "an upper bound": ("pyproject.toml", '[project]\ndependencies = ["django<6"]', None),
    "no TOML": ("pyproject.toml", "[project\n", None),
    "nonsense": ("pyproject.toml", "project = 5", None),
}  # fmt: skip


@pytest.mark.parametrize("name", PROMISES)
def test_what_metadata_promise(tmp_path: Path, name: str) -> None:
    file, text, expected = PROMISES[name]
    (tmp_path / ".git").mkdir()
    (tmp_path / "shop" / "deeper").mkdir(parents=True)
    (tmp_path / file).write_text(text)
    found = metadata.oldest_django(tmp_path / "shop" / "deeper")
    assert found == (None if expected is None else (expected, str(tmp_path / file)))


def test_a_site_is_run_with_the_django_it_has(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\ndependencies = ["django>=4.2"]')
    (tmp_path / "demo" / "shop").mkdir(parents=True)
    assert metadata.oldest_django(tmp_path / "demo" / "shop") == ("4.2", str(tmp_path / "pyproject.toml"))
    (tmp_path / "manage.py").touch()
    assert metadata.oldest_django(tmp_path / "demo" / "shop") is None
    metadata.promised.cache_clear()
    (tmp_path / "pyproject.toml").write_text('[project]\nclassifiers = ["Framework :: Django :: 5.2"]')
    assert metadata.oldest_django(tmp_path / "demo" / "shop") == ("5.2", str(tmp_path / "pyproject.toml"))
    (tmp_path / "demo" / "manage.py").touch()
    assert metadata.oldest_django(tmp_path / "demo" / "shop") is None


# unserializable-reference

GONE = {
    "a function that has moved": (
        "from orders.models import RandomUUID", "",
        "it names `orders.models.RandomUUID`, which is not there any more; `RandomUUID` now stands in `catalog.functions`",
        ("Name it where it is now, which changes nothing that the migration has done:\n\n"
        "    from catalog.functions import RandomUUID\n\n"
        "or let `orders.models` import it, for migrations that others wrote."),
        ("0002_a.py", 1),
    ),
    "a function that is gone": (
        "import catalog.models", "migrations.RunPython(catalog.models.Bok)",
        "it names `catalog.models.Bok`, which is not there any more",
        ("Keep `Bok` in `catalog.models` for as long as a migration names it, or put what replaces it into the migration."
        " Did you mean 'Book'?"),
        ("0002_a.py", 8),
    ),
    "a module": (
        "import catalog.validators", "",
        "it names `catalog.validators`, which is not there any more",
        "Keep `validators` in `catalog` for as long as a migration names it, or put what replaces it into the migration.",
        ("0002_a.py", 1),
    ),
    "a method": (
        "from catalog.models import Book", "migrations.RunPython(Book.fill)",
        "it names `catalog.models.Book.fill`, which is not there any more",
        "Keep `fill` in `catalog.models.Book` for as long as a migration names it, or put what replaces it into the migration.",
        ("0002_a.py", 8),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", GONE)
def test_a_reference_that_is_gone(load: Load, name: str) -> None:
    head, operation, what, help, where = GONE[name]
    graph = load(reviews={"0001_initial": [], "0002_a": file([("reviews", "0001_initial")], operation, head=head)})
    (finding,) = findings(UnserializableReference(), graph)
    assert finding.message == f"The migration `reviews.0002_a` cannot be imported: {what}."
    assert finding.help == help
    assert place(finding) == where
    assert findings(BrokenGraph(), graph) == []


# changed-field-signature

FIELD = """
from django.db import models

class Money(models.DecimalField):
    def __init__(self, {parameters}**kwargs):
        super().__init__(**kwargs)
"""
SIGNATURES = {
    "an argument that it no longer takes": (
        "", "currency='EUR'", "`{}.Money` does not take the argument `currency`, which the migration passes",
        ("Let `Money.__init__` in {}.py go on taking what it once took; `deconstruct()` need not tell it:\n\n"
        "    def __init__(self, *args, currency=None, **kwargs):  # passed by migrations"),
    ),
    "an argument that it asks for": (
        "*, currency, unit, ", "", "`{}.Money` asks for `currency`, `unit`, which the migration does not pass",
        ("Give what `Money.__init__` in {}.py asks for a default: migrations made before know nothing of it:\n\n"
        "    def __init__(self, *args, currency=None, unit=None, **kwargs):"),
    ),
    "positional arguments": (
        "", "'EUR'", "`{}.Money` does not take what the migration passes: takes 1 positional argument but 2 were given",
        "Let `Money.__init__` in {}.py go on taking the positional arguments that it once took.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SIGNATURES)
def test_a_field_that_takes_other_arguments(load: Load, tmp_path: Path, name: str) -> None:
    parameters, passed, what, help = SIGNATURES[name]
    module = f"history_fields_{len(name)}"
    (tmp_path / f"{module}.py").write_text(FIELD.format(parameters=parameters))
    field = f"migrations.AddField('review', 'price',\n        {module}.Money({passed}))"
    graph = load(reviews={"0001_initial": [], "0002_a": file([("reviews", "0001_initial")], field, head=f"import {module}")})
    (finding,) = findings(ChangedFieldSignature(), graph)
    assert finding.message == f"The migration `reviews.0002_a` cannot be imported: {what.format(module)}."
    assert finding.help == help.format(module)
    assert place(finding) == ("0002_a.py", 9)
    assert findings(BrokenGraph(), graph) == []
