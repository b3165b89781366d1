"""What a RunPython function does, read from its text: real models, and the SQL that it sends by itself."""

from __future__ import annotations

import itertools
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest
from django.db import migrations, models
from django.db.migrations.state import ProjectState

from migration_lint.python import real_models, static_sql
from migration_lint.rules.direct_model_import import DirectModelImport
from migration_lint.testing import findings_of

NUMBERS = itertools.count()
Write = Callable[..., ModuleType]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Write]:
    """Write modules into a package, import the first and return it; the others stay on disk alone."""
    package = f"written{next(NUMBERS)}"

    def make(text: str, **others: str) -> ModuleType:
        folder = tmp_path / package
        folder.mkdir()
        for name, code in {"__init__": "", **others, "work": text}.items():
            (folder / f"{name}.py").write_text(textwrap.dedent(code).replace("PACKAGE", package))
        monkeypatch.syspath_prepend(str(tmp_path))
        return __import__(f"{package}.work", fromlist=["work"])

    yield make
    for name in [name for name in sys.modules if name.partition(".")[0] == package]:
        del sys.modules[name]


def uses(module: ModuleType, name: str = "fill") -> list[tuple[str, str, int | None]]:
    return [(use.label, use.function, use.location.line) for use in real_models(getattr(module, name))]


FOUND = {
    "an import in the function": """
        def fill(apps, schema_editor):
            from catalog.models import Book
            Book.objects.all()  # here
    """,
    "an import of the module": """
        from catalog.models import Book
        def fill(apps, schema_editor):
            Book._default_manager.all()  # here
    """,
    "an import under another name": """
        import catalog.models as m
        def fill(apps, schema_editor):
            m.Book.objects.all()  # here
    """,
    "a dotted import": """
        def fill(apps, schema_editor):
            import catalog.models
            catalog.models.Book.objects.all()  # here
    """,
    "an instance": """
        from catalog.models import Book
        def fill(apps, schema_editor):
            Book(title="x").save()  # here
    """,
    "passed on": """
        from catalog.models import Book
        def fill(apps, schema_editor):
            print(Book)  # here
    """,
    "the global registry": """
        from django.apps import apps as global_apps
        def fill(apps, schema_editor):
            Book = global_apps.get_model("catalog", "Book")
            Book.objects.all()  # here
    """,
    "the global registry in place of the argument": """
        from django.apps import apps
        def fill(_, schema_editor):
            apps.get_model("catalog.Book").objects.all()  # here
    """,
    "an app config of the global registry": """
        def fill(apps, schema_editor):
            from django.apps import apps
            apps.get_app_config("catalog").get_model("catalog.Book").objects.all()  # here
    """,
    "a loop over models": """
        from catalog.models import Book
        def fill(apps, schema_editor):
            for model in [apps.get_model("catalog", "Author"), Book]:
                model.objects.all()  # here
    """,
    "a manager made at import": """
        from catalog.models import Book
        books = Book.objects
        def fill(apps, schema_editor):
            books.update(title="")  # here
    """,
    "an alias": """
        from catalog.models import Book
        def fill(apps, schema_editor):
            model = Book
            rows = [row for row in model.objects.all()]  # here
    """,
    "a nested function": """
        from catalog.models import Book
        def fill(apps, schema_editor):
            def inner():
                return Book.objects.all()  # here
            inner()
    """,
    "a lambda": """
        from catalog.models import Book
        fill = lambda apps, schema_editor: Book.objects.all()  # here
    """,
    "an argument's default": """
        from catalog.models import Book
        def fill(apps, schema_editor, model=Book):
            model.objects.all()  # here
    """,
    "a dynamic import": """
        import importlib
        def fill(apps, schema_editor):
            getattr(importlib.import_module("catalog.models"), "Book").objects.all()  # here
    """,
    "a fallback": """
        def fill(apps, schema_editor):
            try:
                Book = apps.get_model("catalog", "Book")
            except LookupError:
                from catalog.models import Book
            Book.objects.all()  # here
    """,
}


@pytest.mark.parametrize("name", FOUND)
def test_real_model(write: Write, name: str) -> None:
    text = FOUND[name]
    line = next(n for n, code in enumerate(text.splitlines(), 1) if "# here" in code)
    assert [(label, at) for label, _, at in uses(write(text))] == [("catalog.Book", line)]


SILENT = {
    "the historical model": """
        def fill(apps, schema_editor):
            Book = apps.get_model("catalog", "Book")
            Book.objects.update(title="")
            Book(title="x").save()
    """,
    "a local name over an import": """
        from catalog.models import Book
        def fill(apps, schema_editor):
            Book = apps.get_model("catalog", "Book")
            Book.objects.all()
    """,
    "get_model under another name": """
        from catalog.models import Author, Book
        def fill(apps, schema_editor):
            M = apps.get_model
            Book, Author = M("catalog", "Book"), M("catalog", "Author")
            for name in ("Book", "Author"):
                Book = M("catalog", name)
                Book.objects.all()
    """,
    "code that is commented out": """
        def fill(apps, schema_editor):
            # from catalog.models import Book
            # Book.objects.all()
            "Book.objects.all()"
    """,
    "a constant of the class": """
        from catalog.models import Book
        def fill(apps, schema_editor):
            return [Book.__name__, Book._meta.db_table, Book.DoesNotExist]
    """,
    "an import that is not used": """
        from catalog.models import Book
        def fill(apps, schema_editor):
            from catalog.models import Author
    """,
    "what comes with Django": """
        from django.db import models
        from django.db.models import F
        def fill(apps, schema_editor):
            apps.get_model("catalog", "Book").objects.update(title=F("title"), n=models.Value(1))
    """,
    "a parameter": """
        from catalog.models import Book
        def fill(Book, schema_editor):
            Book.objects.all()
    """,
}


@pytest.mark.parametrize("name", SILENT)
def test_no_real_model(write: Write, name: str) -> None:
    assert uses(write(SILENT[name])) == []


HELPER = """
    from catalog.models import Book
    def rebuild(apps):
        for book in Book.objects.all():
            book.save()
    def model():
        return Book
    class Service:
        def run(self):
            Book.objects.all()
"""


def test_helper_in_another_module(write: Write) -> None:
    module = write("from PACKAGE.helper import rebuild\n\ndef fill(apps, schema_editor):\n    rebuild(apps)\n", helper=HELPER)
    (use,) = real_models(module.fill)
    assert (use.label, use.function, use.location.line) == ("catalog.Book", "rebuild", 4)
    assert use.location.path.endswith("helper.py")


def test_helper_that_nobody_has_imported(write: Write) -> None:
    module = write("def fill(apps, schema_editor):\n    from .helper import rebuild\n    rebuild(apps)\n", helper=HELPER)
    assert uses(module) == [("catalog.Book", "rebuild", 4)]
    assert not any(name.endswith(".helper") for name in sys.modules)


def test_model_that_a_helper_returns(write: Write) -> None:
    module = write("from .helper import model\n\ndef fill(apps, schema_editor):\n    model().objects.all()\n", helper=HELPER)
    assert uses(module) == [("catalog.Book", "fill", 4)]


def test_method_of_a_service(write: Write) -> None:
    module = write("from .helper import Service\n\ndef fill(apps, schema_editor):\n    Service().run()\n", helper=HELPER)
    assert uses(module) == [("catalog.Book", "run", 10)]


def test_callables_of_every_kind(write: Write) -> None:
    module = write("""
        import functools
        from catalog.models import Book

        def work(model, apps, schema_editor):
            model.objects.all()

        class Worker:
            model = Book
            def __call__(self, apps, schema_editor):
                self.model.objects.all()
            def method(self, apps, schema_editor):
                self(apps, schema_editor)
                self.model.objects.all()

        def logged(function):
            @functools.wraps(function)
            def wrapper(*args):
                return function(*args)
            return wrapper

        @logged
        def decorated(apps, schema_editor):
            Book.objects.all()

        partial = functools.partial(work, Book)
        instance = Worker()
        method = Worker().method
        cached = functools.lru_cache(decorated)
        pair = [lambda a, s: None, lambda a, s: Book.objects.all()]
    """)
    assert uses(module, "partial") == [("catalog.Book", "work", 6)]
    assert uses(module, "instance") == [("catalog.Book", "__call__", 11)]
    assert uses(module, "method") == [("catalog.Book", "__call__", 11)]  # by way of self()
    assert uses(module, "decorated") == [("catalog.Book", "decorated", 24)]
    assert uses(module, "cached") == [("catalog.Book", "decorated", 24)]
    assert [real_models(function) != [] for function in module.pair] == [False, True]


def test_user_model(write: Write) -> None:
    module = write("""
        from django.contrib.auth import get_user_model
        def fill(apps, schema_editor):
            User = get_user_model()
            User.objects.all()
    """)
    assert [(use.label, use.how) for use in real_models(module.fill)] == [("settings.AUTH_USER_MODEL", "user model")]


def test_code_without_a_text() -> None:
    namespace: dict = {}
    exec("from catalog.models import Book\ndef fill(apps, schema_editor): Book.objects.all()", namespace)
    assert real_models(namespace["fill"]) == []
    assert real_models(print) == []
    assert real_models(len) == []
    assert real_models(migrations.RunPython.noop) == []


def test_historical_class_in_the_globals(write: Write) -> None:
    module = write("def fill(apps, schema_editor):\n    Book.objects.all()\n")
    state = ProjectState()
    migrations.CreateModel("Book", [("id", models.AutoField(primary_key=True))]).state_forwards("shop", state)
    module.Book = state.apps.get_model("shop", "Book")  # type: ignore[attr-defined]
    assert uses(module) == []


def test_function_that_calls_itself_is_read_once(write: Write) -> None:
    assert uses(write("def fill(apps, schema_editor):\n    fill(apps, schema_editor)\n")) == []


def test_finding_of_the_rule() -> None:
    (finding,) = findings_of(DirectModelImport(), DirectModelImport.bad)
    assert finding.message == (
        "`clear_notes` uses the model `shop.Book` as the code has it now, not as it was at this migration, which fails on a fresh "
        "database as soon as a later one adds a column to it."
    )
    assert finding.help == (
        "Take the model from the `apps` that the function is given, and delete the import:\n\n"
        '    Book = apps.get_model("shop", "Book")'
    )
    assert finding.location is not None
    assert (finding.location.line, finding.location.column, len(finding.related)) == (4, 5, 1)
    nested = DirectModelImport.bad.replace(
        "migrations.RunPython(clear_notes, migrations.RunPython.noop),",
        "migrations.SeparateDatabaseAndState([migrations.RunPython(migrations.RunPython.noop, clear_notes)]),",
    )
    assert [found.message for found in findings_of(DirectModelImport(), nested)] == [finding.message]


def test_help_names_the_dependency_on_another_app() -> None:
    (finding,) = findings_of(DirectModelImport(), DirectModelImport.bad.replace("shop.models", "catalog.models"))
    assert finding.help == (
        "Take the model from the `apps` that the function is given, and delete the import:\n\n"
        '    Book = apps.get_model("catalog", "Book")\n\n'
        "and let `dependencies` name a migration of its app:\n\n"
        '    ("catalog", "__first__"),'
    )


# static_sql

SENT = {
    "the schema editor": ('schema_editor.execute("ALTER TABLE a ADD b int")', ["ALTER TABLE a ADD b int"]),
    "a cursor": ('with schema_editor.connection.cursor() as cursor:\n    cursor.execute("SELECT 1", [1])', ["SELECT 1"]),
    "a cursor of the connection's": ('from django.db import connection\nconnection.cursor().execute("SELECT 1")', ["SELECT 1"]),
    "a cursor of an alias": (
        'from django.db import connections\nwith connections["default"].cursor() as c:\n    c.execute("SELECT 1")', ["SELECT 1"],
    ),
    "parts": ('table = "a"\nschema_editor.execute("DROP TABLE " + table + f"_{table}" + "{}".format(1))', ["DROP TABLE a_a1"]),
    "a text that grows": ('sql = "SELECT 1"\nsql += ", 2"\nschema_editor.execute(sql)', ["SELECT 1, 2"]),
    "dedent": ('import textwrap\nschema_editor.execute(textwrap.dedent("    SELECT 1"))', ["SELECT 1"]),
    "a loop": ('for t in ("a", "b"):\n    schema_editor.execute("DROP TABLE %s" % t)', ["DROP TABLE a", "DROP TABLE b"]),
    "a comprehension": ('[schema_editor.execute(sql) for sql in ("A", "B")]', ["A", "B"]),
    "constants of the module": ("for sql in STATEMENTS:\n    schema_editor.execute(sql)", ["ONE", "TWO"]),
    "a name of run time": ('schema_editor.execute(f"DROP TABLE {schema_editor.quote_name(x)}")', [None]),
    "the editor's percent signs": (
        'schema_editor.execute("SELECT 5 %% 2")\nschema_editor.execute("SELECT 5 % 2", params=None)',
        ["SELECT 5 % 2", "SELECT 5 % 2"],
    ),
    "a cursor's percent signs": (
        'with schema_editor.connection.cursor() as c:\n    c.execute("SELECT 5 % 2")\n    c.execute("SELECT 5 %% %s", [2])',
        ["SELECT 5 % 2", "SELECT 5 % %s"],
    ),
    "another execute": ('work.execute("SELECT 1")', []),
    "a return for others": (
        'if schema_editor.connection.vendor != "postgresql":\n    return\nschema_editor.execute("SELECT 1")', ["SELECT 1"],
    ),
    "a return for this one": (
        'if schema_editor.connection.vendor == "postgresql":\n    return\nschema_editor.execute("SELECT 1")', [],
    ),
    "branches": (
        'v = schema_editor.connection.vendor\nif v == "sqlite":\n    run(schema_editor, "A")\nelif v in ("postgresql", "x"):\n    run(schema_editor, "B")', ["B"],
    ),
    "a condition of run time": (
        'if work(apps):\n    schema_editor.execute("A")\n    return\nelse:\n    schema_editor.execute("B")\nschema_editor.execute("C")',
        ["A", "B", "C"],
    ),
    "an exception's handler": (
        'try:\n    schema_editor.execute("A")\nexcept Exception:\n    schema_editor.execute("B")\nfinally:\n    schema_editor.execute("C")',
        ["A", "C"],
    ),
    "a helper": ('run(schema_editor, "SELECT 1")', ["SELECT 1"]),
    "a helper with a connection": ('with_connection(schema_editor.connection, table="a")', ["DROP TABLE a"]),
    "nothing": ("pass", []),
}  # fmt: skip
HEAD = """
STATEMENTS = ["ONE", "TWO"]

def run(editor, sql):
    editor.execute(sql)

def with_connection(connection, table):
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE {table}")

def work(*args):
    return args

def fill(apps, schema_editor):
"""


@pytest.mark.parametrize("name", SENT)
def test_static_sql(write: Write, name: str) -> None:
    text, expected = SENT[name]
    assert static_sql(write(HEAD + textwrap.indent(text, "    ")).fill, "postgresql") == expected


def test_more_than_can_be_followed_is_unknown(write: Write) -> None:
    loops = "".join(f"{'    ' * (n + 1)}for v{n} in range_of_values:\n" for n in range(3))
    text = f"range_of_values = list(range(100))\ndef fill(apps, schema_editor):\n{loops}{'    ' * 4}pass\n"
    assert static_sql(write(text).fill, "postgresql") == [None]


def test_static_sql_of_each_vendor(write: Write) -> None:
    module = write("""
        def fill(apps, schema_editor):
            if schema_editor.connection.vendor == "mysql":
                schema_editor.execute("MARIADB" if schema_editor.connection.mysql_is_mariadb else "MYSQL")
            elif schema_editor.connection.vendor.startswith("x"):
                schema_editor.execute("X")
    """)
    assert {vendor: static_sql(module.fill, vendor) for vendor in ("mysql", "mariadb")} == {
        "mysql": ["MYSQL"],
        "mariadb": ["MARIADB"],
    }
    assert static_sql(print, "postgresql") == []
