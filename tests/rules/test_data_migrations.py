"""Rules about functions and statements that change rows: what they say, whole."""

from __future__ import annotations

import importlib
import inspect

import pytest

from migration_lint import conf, lint
from migration_lint.rules import Rule, rules_in
from migration_lint.testing import findings_of
from migration_lint.types import Finding


def rule(name: str) -> Rule:
    return next(rules_in(importlib.import_module(f"migration_lint.rules.{name.replace('-', '_')}")))()


def only(name: str, source: str, target: str = "postgresql@16") -> Finding:
    (finding,) = findings_of(rule(name), source, target)
    return finding


# whole-table-update


def test_an_update_of_every_row_in_a_function() -> None:
    found = only("whole-table-update", rule("whole-table-update").bad)
    assert found.message == (
        "`clear_notes` changes every row of `shop_book` in one statement: whoever writes to a row that it has reached waits until "
        "the migration commits."
    )
    assert (found.relation, found.location and found.location.line) == ("shop_book", 2)
    assert found.help == (
        "Do it over a few rows at a time, in a migration of its own that is not atomic:\n"
        "    from django.db import migrations, models\n"
        "\n"
        "    def clear_notes(apps, schema_editor):\n"
        "        Book = apps.get_model('shop', 'Book')\n"
        "        rows = Book.objects.using(schema_editor.connection.alias).order_by('pk')\n"
        "        last = None\n"
        "        while True:\n"
        "            batch = rows if last is None else rows.filter(pk__gt=last)\n"
        "            keys = list(batch.values_list('pk', flat=True)[:1000])\n"
        "            if not keys:\n"
        "                break\n"
        "            rows.filter(pk__in=keys).update(notes='')\n"
        "            last = keys[-1]\n"
        "\n"
        "    class Migration(migrations.Migration):\n"
        "        atomic = False\n"
        "        operations = [\n"
        "            migrations.RunPython(clear_notes, migrations.RunPython.noop),\n"
        "        ]"
    )


def test_an_update_of_every_row_in_sql() -> None:
    source = "operations = [migrations.RunSQL(\"UPDATE shop_book SET notes = '5%' WHERE true\")]"
    found = only("whole-table-update", source, "mariadb@10.11")
    assert found.message == (
        "The statement changes every row of `shop_book`, all at once: whoever writes to a row that it has reached waits until the "
        "statement is done."
    )
    assert (
        "            schema_editor.execute(\"UPDATE shop_book SET notes = '5%%' WHERE `shop_book`.`id` BETWEEN %s AND %s\", "
        "[keys[0], keys[-1]])\n"
    ) in found.help


def test_djangos_own_update_of_rows_without_a_value() -> None:
    source = 'operations = [migrations.AlterField("review", "rating", models.IntegerField(default=0))]'
    found = only("whole-table-update", source)
    assert found.message == (
        "The operation changes every row of `shop_review` that has no value yet, all at once: whoever writes to a row that it has "
        "reached waits until the migration commits."
    )
    assert "rows.filter(pk__in=keys, rating=None).update(rating=0)" in found.help
    assert "Leave Django's UPDATE out here" in found.help
    assert only("whole-table-update", source, "mysql@8.4").help.endswith("2. Django's own UPDATE then finds no row left.")


def test_what_a_function_changes_on_sqlite() -> None:
    found = only("whole-table-update", rule("whole-table-update").bad, "sqlite@3.40")
    assert found.message.endswith("in one statement: nobody else writes to the database until the migration commits.")


def whole(name: str, source: str | None = None) -> tuple[str, str]:
    found = only(name, rule(name).bad if source is None else source)
    return found.message, found.help


def function(body: str, before: str = "") -> str:
    return f"def fill(apps, schema_editor):\n    {body}\noperations = [{before}migrations.RunPython(fill)]"


# unknown-historical-model


def test_a_model_that_is_not_there() -> None:
    assert whole("unknown-historical-model") == (
        (
            "`clear_notes` asks for the model `shop.Novel`, which does not exist at this point of the plan: `get_model()` raises "
            "LookupError, and the migration fails."
        ),
        "It has this name only later: ask for the one that it has here, or move the function there.",
    )


@pytest.mark.parametrize(
    ("body", "help"),
    [
        (
            'apps.get_model("shop", "Books")',
            "The name that it has here may be meant:\n    Book = apps.get_model('shop', 'Book')",
        ),
        (
            'apps.get_model("shop", "Zebra")',
            "Ask for a model that there is. `shop` has `Author`, `Book`, `Review` and `Tag` here.",
        ),
        ('apps.get_model("zoo", "Zebra")', "Ask for a model that there is. No app here is called `zoo`."),
        (
            'apps.get_model("auth", "Permission")',
            "Let the migration depend on the one that makes the model:\n    dependencies = [\n        …,\n        ('auth', '…'),\n    ]",
        ),
    ],
)
def test_what_to_ask_for_instead(body: str, help: str) -> None:
    assert whole("unknown-historical-model", function(body))[1] == help


# missing-historical-attribute


@pytest.mark.parametrize(
    ("body", "message", "help"),
    [
        (
            "book.get_title()",
            "`fill` asks `shop.Book` for `get_title`, which it does not have at this point of the plan: AttributeError",
            (
                "A migration's models have the fields of their time, and managers that say `use_in_migrations`, but no methods, "
                "properties or constants of the class. Write into the function what `get_title` stands for."
            ),
        ),
        (
            "Book.objects.in_print()",
            "`fill` asks a manager of `shop.Book` for `in_print`, which it does not have in a migration: AttributeError",
            (
                "Write the query out over `Book.objects`. Or give the manager's class `use_in_migrations = True`, and let "
                "`makemigrations` put it into a migration before this one."
            ),
        ),
        (
            "Author.objects.filter(surname='x')",
            "`fill` names `surname` in a query of `shop.Author`, which has no such field at this point of the plan: FieldError",
            "Name a field that there is. `shop.Author` has `id`, `name` and `code` here.",
        ),
        (
            "Author.objects.update(surname='x')",
            "`fill` updates `surname` of `shop.Author`, which has no such field at this point of the plan: FieldDoesNotExist",
            "Name a field that there is. `shop.Author` has `id`, `name` and `code` here.",
        ),
        (
            "Author(surname='x')",
            "`fill` gives a new `shop.Author` a `surname`, which it does not have at this point of the plan: TypeError",
            "Name a field that there is. `shop.Author` has `id`, `name` and `code` here.",
        ),
    ],
)
def test_a_name_that_a_model_does_not_have(body: str, message: str, help: str) -> None:
    head = 'Author, Book = apps.get_model("shop", "Author"), apps.get_model("shop", "Book"); book = Book.objects.first(); '
    assert whole("missing-historical-attribute", function(head + body)) == (f"{message}, and the migration fails.", help)


def test_a_field_that_a_later_migration_adds() -> None:
    body = 'apps.get_model("catalog", "Book").objects.filter(blurb="")'
    made = 'migrations.CreateModel("User", [("id", models.BigAutoField(primary_key=True))]), '
    found = whole("missing-historical-attribute", function('print(apps.get_model("shop", "User").objects.first().x)', made))
    assert found[0].startswith("`fill` asks `shop.User` for `x`")
    assert findings_of(rule("missing-historical-attribute"), function(body)) == []


# undeclared-dependency


def test_a_dependency_left_out() -> None:
    assert whole("undeclared-dependency") == (
        (
            "`name_authors` asks for the model `accounts.Account`, which `accounts.0001_x` makes, and `shop.0002_x` does not depend on "
            "that: where it runs first, it fails."
        ),
        "Add it to the dependencies:\n    dependencies = [\n        …,\n        ('accounts', '0001_x'),\n    ]",
    )
    key = 'operations = [migrations.AddField("book", "by", models.ForeignKey("accounts.Account", models.CASCADE, null=True))]'
    assert whole("undeclared-dependency", key)[0].startswith(
        "`shop_book` refers to `accounts_account`, which `accounts.0001_x` makes"
    )


# unbatched-loop, row-by-row-save

BATCHES = (
    "    batch = []\n"
    "    for book in {}:\n"
    "        book.title = …\n"
    "        batch.append(book)\n"
    "        if len(batch) == 1000:\n"
    "            Book.objects.using(schema_editor.connection.alias).bulk_update(batch, ['title'])\n"
    "            batch.clear()\n"
    "    Book.objects.using(schema_editor.connection.alias).bulk_update(batch, ['title'])"
)


def test_a_loop_over_all_rows() -> None:
    assert whole("unbatched-loop") == (
        (
            "`tidy_titles` fetches every row of `shop_book` at once to save them: they all have to fit into memory, and each that is "
            "saved stays locked until all are."
        ),
        "Fetch a few rows at a time, in a migration that says `atomic = False`:\n"
        + BATCHES.format("Book.objects.all().iterator(chunk_size=1000)"),
    )
    assert whole("unbatched-loop", "atomic = False\n" + inspect.cleandoc(rule("unbatched-loop").bad))[0].endswith(
        "fit into memory."
    )


def test_a_loop_that_saves() -> None:
    assert whole("row-by-row-save") == (
        (
            "`tidy_titles` saves the rows of `shop_book` one by one: as many statements as there are rows, and each writes all columns "
            "back as they were when the row was read."
        ),
        "Change a thousand rows with one statement:\n" + BATCHES.format("Book.objects.filter(stock=0).iterator()"),
    )


def test_one_loop_is_one_finding() -> None:
    both = [rule("unbatched-loop"), rule("row-by-row-save")]
    (found,) = findings_of(both, rule("unbatched-loop").bad)
    assert (found.rule, found.also) == ("unbatched-loop", ("row-by-row-save",))


# default-database-alias, missing-routing-hints


def test_queries_that_name_no_database() -> None:
    found = only("default-database-alias", rule("default-database-alias").bad)
    assert found.message == (
        "`clear_notes` asks for rows of `shop.Book` without saying in which database: while another one than the default is migrated, "
        "it changes or reads the wrong rows."
    )


def test_a_router_that_looks_at_the_model() -> None:
    assert whole("missing-routing-hints") == (
        (
            "`ByModel.allow_migrate()` looks at the model or at hints, and the `RunSQL` gives it none: it may run on a database that "
            "has no such table."
        ),
        'Tell the router which model it is about:\n    hints={"model_name": "book"},',
    )


# The others


def test_arguments_in_the_wrong_order() -> None:
    found = only("misnamed-arguments", rule("misnamed-arguments").bad)
    assert found.message == (
        "`clear_notes` calls its arguments `schema_editor` and `apps`: the first is the registry of the migration's models, the "
        "second the schema editor."
    )
    assert (found.location and found.location.line, len(found.related)) == (1, 1)


def test_what_a_squash_may_leave_out() -> None:
    sql = 'operations = [migrations.RunSQL("DELETE FROM shop_review WHERE rating IS NULL", migrations.RunSQL.noop)]'
    assert whole("non-elidable-data-migration") == (
        "The `RunPython` does nothing on a new database, and stays when the migrations of `shop` are squashed.",
        "Let `squashmigrations` leave it out:\n    migrations.RunPython(clear_notes, …, elidable=True),",
    )
    assert whole("non-elidable-data-migration", sql)[1] == (
        "Let `squashmigrations` leave it out:\n"
        "    migrations.RunSQL(\n"
        "        sql='DELETE FROM shop_review WHERE rating IS NULL',\n"
        "        reverse_sql='',\n"
        "        elidable=True,\n"
        "    ),"
    )


def test_values_in_the_text_of_a_statement() -> None:
    assert whole("sql-built-from-strings") == (
        (
            "`rename_authors` puts values into the text of a statement: one with a quote in it breaks the statement, or makes another "
            "one of it."
        ),
        (
            'Leave their places to the driver:\n    schema_editor.execute("… WHERE name = %s", [name])\n'
            "Names of tables and columns go through `schema_editor.quote_name()`."
        ),
    )


def test_a_save_of_the_class_s_own_is_left_out() -> None:
    config = conf.Config(targets=("postgresql@16",), select=("missing-historical-attribute",))
    (finding,) = lint.lint(lint.prepare(config, "accounts", "0003")).findings
    assert (str(finding.severity), finding.location and finding.location.line) == ("note", 13)
    assert finding.message == (
        "`lowercase_emails` saves rows of `accounts.User` without the `save()` that the class has in the code: a migration's models "
        "have Django's own."
    )
    assert finding.help == "Write into the function what `accounts.User.save()` does besides, where these rows need it."
