"""The rules about running code, lost data, the way back, transactions and what could not be read."""

from __future__ import annotations

import importlib
from collections.abc import Iterable

import pytest

from migration_lint import Finding, Kind, MigrationImpact
from migration_lint.rules import Rule, RuleError, rules_in
from migration_lint.testing import findings_of


def rule(name: str) -> Rule:
    return next(rules_in(importlib.import_module(f"migration_lint.rules.{name.replace('-', '_')}")))()


def found(name: str, *sources: str, release: bool = False) -> list[Finding]:
    return findings_of(rule(name), sources, release=release)


def messages(name: str, *sources: str, release: bool = False) -> list[str]:
    return [finding.message for finding in found(name, *sources, release=release)]


def operations(*lines: str) -> str:
    return f"operations = [{', '.join(lines)}]"


def run_sql(sql: str) -> str:
    return f"migrations.RunSQL({sql!r}, migrations.RunSQL.noop)"


STATE_ONLY = 'migrations.SeparateDatabaseAndState(state_operations=[migrations.RemoveField("book", "notes")])'


def dropped(column: str, table: str, names: str) -> str:
    return (
        f"Dropping the column `{column}` of `{table}` breaks the running release: it selects and inserts `{names}` "
        "until the last of its processes is replaced."
    )


# dropped-column-in-use


@pytest.mark.parametrize(
    "operation",
    [
        'migrations.RemoveField("book", "notes")',
        run_sql("ALTER TABLE shop_book DROP COLUMN notes"),
        run_sql("ALTER TABLE public.shop_book DROP notes"),
        'migrations.SeparateDatabaseAndState(database_operations=[migrations.RemoveField("book", "notes")])',
        f"migrations.SeparateDatabaseAndState([{run_sql('ALTER TABLE shop_book DROP COLUMN notes')}])",
    ],
)
def test_column_dropped_while_in_use(operation: str) -> None:
    assert messages("dropped-column-in-use", operations(operation)) == [dropped("notes", "shop_book", "Book.notes")]


def test_help_of_a_dropped_column_spells_both_releases() -> None:
    (finding,) = found("dropped-column-in-use", operations('migrations.RemoveField("book", "notes")'))
    assert finding.help == (
        "Take two releases. In this one first let the new code leave the column out, then remove the field from the state only:\n\n"
        '    migrations.AlterField("book", "notes", models.TextField(null=True)),\n'
        "    migrations.SeparateDatabaseAndState(\n"
        "        state_operations=[\n"
        '            migrations.RemoveField("book", "notes"),\n'
        "        ],\n"
        "    ),\n\n"
        "In the next one, when no process of the old code is left, drop the column:\n\n"
        '    migrations.RunSQL(\'ALTER TABLE "shop_book" DROP COLUMN "notes"\', '
        'reverse_sql=\'ALTER TABLE "shop_book" ADD COLUMN "notes" text\'),'
    )
    assert (finding.relation, finding.lock) == ("shop_book", "ACCESS EXCLUSIVE")


def test_the_spelled_releases_are_silent() -> None:
    first = operations('migrations.AlterField("book", "notes", models.TextField(null=True))', STATE_ONLY)
    second = operations(run_sql('ALTER TABLE "shop_book" DROP COLUMN "notes"'))
    assert messages("dropped-column-in-use", first, second) == []
    assert messages("dropped-column-in-use", first, second, release=True) == [dropped("notes", "shop_book", "Book.notes")]


def test_several_columns_of_one_statement() -> None:
    (finding,) = found("dropped-column-in-use", operations(run_sql("ALTER TABLE shop_book DROP notes, DROP COLUMN stock")))
    assert finding.message == (
        "Dropping the columns `stock` and `notes` of `shop_book` breaks the running release: it selects and inserts `Book.stock` "
        "and `Book.notes` until the last of its processes is replaced."
    )


def test_foreign_key_db_column_and_own_table_name() -> None:
    make = operations(
        'migrations.CreateModel("Shelf", [("id", models.BigAutoField(primary_key=True)), '
        '("place", models.CharField(max_length=9, db_column="where_it_is"))], options={"db_table": "furniture"})'
    )
    assert messages("dropped-column-in-use", make, operations('migrations.RemoveField("shelf", "place")')) == [
        dropped("where_it_is", "furniture", "Shelf.place")
    ]
    assert messages("dropped-column-in-use", operations('migrations.RemoveField("book", "author")')) == [
        dropped("author_id", "shop_book", "Book.author")
    ]


def test_parent_link_of_multi_table_inheritance() -> None:
    make = operations(
        'migrations.CreateModel("Atlas", [("book_ptr", models.OneToOneField("shop.Book", models.CASCADE, parent_link=True, '
        'primary_key=True, auto_created=True)), ("scale", models.IntegerField())], bases=("shop.book",))'
    )
    assert messages("dropped-column-in-use", make, operations(run_sql("ALTER TABLE shop_atlas DROP COLUMN book_ptr_id"))) == [
        dropped("book_ptr_id", "shop_atlas", "Atlas.book_ptr")
    ]


def test_table_name_cut_to_what_the_server_takes() -> None:
    name = "An" + "Extraordinarily" * 4 + "LongName"
    make = operations(
        f'migrations.CreateModel("{name}", [("id", models.BigAutoField(primary_key=True)), ("size", models.IntegerField())])'
    )
    (finding,) = found("dropped-column-in-use", make, operations(f'migrations.RemoveField("{name}", "size")'))
    assert finding.relation is not None
    assert (len(finding.relation), finding.message) == (63, dropped("size", finding.relation, f"{name}.size"))


def test_renamed_model_is_resolved_by_its_old_name() -> None:
    source = operations('migrations.RenameModel("Book", "Title")', 'migrations.RemoveField("title", "notes")')
    (finding,) = found("dropped-column-in-use", source)
    assert finding.message == dropped("notes", "shop_title", "Book.notes")
    assert 'migrations.RemoveField("title", "notes")' in finding.help


SWAP = operations(
    run_sql("ALTER TABLE shop_book ADD COLUMN stock_new bigint DEFAULT 0 NOT NULL"),
    run_sql("ALTER TABLE shop_book DROP COLUMN stock"),
    run_sql("ALTER TABLE shop_book RENAME COLUMN stock_new TO stock"),
)


@pytest.mark.parametrize(
    "source",
    [
        SWAP,
        operations('migrations.CreateModel("New", [("id", models.BigAutoField(primary_key=True)), ("x", models.IntegerField())])',
                   'migrations.RemoveField("new", "x")'),
        operations(run_sql("ALTER TABLE elsewhere DROP COLUMN notes")),
        operations(run_sql("ALTER TABLE shop_book DROP COLUMN IF EXISTS absent")),
        operations('migrations.DeleteModel("review")'),
        operations('migrations.RemoveField("book", "tags")'),
    ],
    ids=["swapped", "new table", "nobody's table", "absent column", "table", "many-to-many"],
)  # fmt: skip
def test_no_column_in_use_is_dropped(source: str) -> None:
    assert messages("dropped-column-in-use", source) == []


# renamed-column


def renamed(old: str, table: str, new: str, names: str) -> str:
    return (
        f"Renaming the column `{old}` of `{table}` to `{new}` breaks the running release: it selects and inserts `{names}` by the old "
        "name until the last of its processes is replaced."
    )


def test_renamed_field() -> None:
    (finding,) = found("renamed-column", operations('migrations.RenameField("book", "notes", "remarks")'))
    assert finding.message == renamed("notes", "shop_book", "remarks", "Book.notes")
    assert finding.help == (
        "Rename the field and keep the column. In `models.py`:\n\n"
        "    remarks = models.TextField(db_column='notes')\n\n"
        "and here, which sends no SQL:\n\n"
        '    migrations.AlterField("book", "notes", models.TextField(db_column=\'notes\')),\n'
        '    migrations.RenameField("book", "notes", "remarks"),'
    )


def test_changed_db_column() -> None:
    (finding,) = found(
        "renamed-column", operations('migrations.AlterField("book", "stock", models.IntegerField(db_column="qty"))')
    )
    assert finding.message == renamed("stock", "shop_book", "qty", "Book.stock")
    assert finding.help == (
        'Keep `db_column="stock"` on `Book.stock`, and leave this operation out:\n\n'
        "    stock = models.IntegerField(db_column='stock')"
    )


def test_renamed_model_renames_the_column_of_its_many_to_many_table() -> None:
    assert messages("renamed-column", operations('migrations.RenameModel("Book", "Title")')) == [
        renamed("book_id", "shop_title_tags", "title_id", "Book.tags")
    ]


def test_column_kept_or_swapped() -> None:
    assert messages("renamed-column", rule("renamed-column").good) == []
    assert messages("renamed-column", SWAP) == []
    swapped = (
        "ALTER TABLE shop_book RENAME stock TO old_stock",
        "ALTER TABLE shop_book ADD stock bigint",
    )
    assert messages("renamed-column", operations(*map(run_sql, swapped))) == []


# required-column-without-default


def required(names: str, table: str = "shop_book") -> str:
    return (
        f"The running release fails on every INSERT into `{table}` until the last of its processes is replaced: it leaves out "
        f"{names} NOT NULL without a default in the database."
    )


@pytest.mark.parametrize(
    ("field", "advised"),
    [
        ("models.IntegerField(default=1)", "models.IntegerField(db_default=1, default=1)"),
        ("models.CharField(max_length=3, default=\"it's\")", 'models.CharField(db_default="it\'s", default="it\'s", max_length=3)'),
        ("models.BooleanField(default=False)", "models.BooleanField(db_default=False, default=False)"),
        ("models.DateTimeField(auto_now_add=True)", "models.DateTimeField(auto_now_add=True, db_default=models.functions.Now())"),
        ("models.IntegerField(default=3), preserve_default=False", "models.IntegerField(db_default=3)"),
    ],
)  # fmt: skip
def test_required_field_advises_a_database_default(field: str, advised: str) -> None:
    (finding,) = found("required-column-without-default", operations(f'migrations.AddField("book", "x", {field})'))
    assert finding.message == required("`x`, which is")
    assert finding.help == (
        "Let the database fill the column for the release that does not know it:\n\n"
        f'    migrations.AddField("book", "x", {advised}),'
    )
    assert messages("required-column-without-default", operations(f'migrations.AddField("book", "x", {advised})')) == []


@pytest.mark.parametrize(
    ("field", "advised"),
    [
        ("models.CharField(max_length=3)", "models.CharField(max_length=3, null=True)"),
        ("models.JSONField(default=dict)", "models.JSONField(null=True)"),
    ],
)
def test_required_field_without_a_value_advises_null(field: str, advised: str) -> None:
    (finding,) = found("required-column-without-default", operations(f'migrations.AddField("book", "x", {field})'))
    assert finding.message == required("`x`, which is")
    assert finding.help == (
        "Add the column with `null=True` in this release:\n\n"
        f'    migrations.AddField("book", "x", {advised}),\n\n'
        "In the next one, when no process of the old code is left, fill it and take `null=True` away."
    )


def test_required_foreign_key() -> None:
    source = operations('migrations.AddField("book", "tag", models.ForeignKey("shop.Tag", models.CASCADE))')
    assert messages("required-column-without-default", source) == [required("`tag_id`, which is")]


def test_required_columns_of_raw_sql() -> None:
    (finding,) = found("required-column-without-default", operations(
        run_sql("ALTER TABLE shop_book ADD a int NOT NULL DEFAULT 4, ADD b int NOT NULL; ALTER TABLE shop_book ALTER a DROP DEFAULT")
    ))  # fmt: skip
    assert finding.message == required("`a` and `b`, which are")
    assert finding.help == (
        "Leave a default in the database until the next release:\n\n"
        '    migrations.RunSQL(\'ALTER TABLE "shop_book" ALTER COLUMN "a" SET DEFAULT 4\')\n\n'
        "Leave a default in the database until the next release:\n\n"
        '    migrations.RunSQL(\'ALTER TABLE "shop_book" ALTER COLUMN "b" SET DEFAULT …\')'
    )


def test_nullable_column_that_becomes_required_in_the_same_release() -> None:
    add = 'migrations.AddField("book", "x", models.IntegerField(null=True))'
    alter = 'migrations.AlterField("book", "x", models.IntegerField())'
    (finding,) = found("required-column-without-default", operations(add, alter))
    assert (finding.message, finding.operation_index) == (required("`x`, which is"), 1)
    (finding,) = found("required-column-without-default", operations(add), operations(alter), release=True)
    assert (finding.migration, finding.message) == ("0003_x", required("`x`, which is"))
    assert messages("required-column-without-default", operations(add), operations(alter)) == []


@pytest.mark.parametrize(
    "operation",
    [
        'migrations.AddField("book", "x", models.IntegerField(null=True))',
        'migrations.AddField("book", "x", models.IntegerField(db_default=1))',
        run_sql("ALTER TABLE shop_book ADD x bigserial"),
        run_sql("ALTER TABLE shop_book ADD x int GENERATED ALWAYS AS IDENTITY"),
        run_sql("ALTER TABLE shop_book ADD x int NOT NULL GENERATED ALWAYS AS (stock * 2) STORED"),
        run_sql("ALTER TABLE elsewhere ADD x int NOT NULL"),
        'migrations.RenameField("book", "notes", "remarks")',
        'migrations.CreateModel("New", [("id", models.BigAutoField(primary_key=True)), ("x", models.IntegerField())])',
    ],
)
def test_no_required_column(operation: str) -> None:
    assert messages("required-column-without-default", operations(operation)) == []


def test_columns_that_django_adds_by_itself() -> None:
    order = operations('migrations.AlterOrderWithRespectTo("review", "book")')
    back = operations('migrations.AlterOrderWithRespectTo("review", None)')
    assert messages("required-column-without-default", order) == [required("`_order`, which is", "shop_review")]
    assert messages("dropped-column-in-use", order, back) == [dropped("_order", "shop_review", "Review._order")]


def test_old_column_left_behind_by_a_swap_is_required() -> None:
    swapped = (
        "ALTER TABLE shop_book RENAME stock TO old_stock",
        "ALTER TABLE shop_book ADD stock bigint NOT NULL DEFAULT 0",
    )
    (finding,) = found("required-column-without-default", operations(*map(run_sql, swapped)))
    assert (finding.message, finding.operation_index) == (required("`old_stock`, which is"), 0)


# dropped-data

REFERRING = "`shop_book_tags` and `shop_review`"


@pytest.mark.parametrize(
    ("operation", "message"),
    [
        (
            'migrations.RemoveField("book", "notes")',
            "Dropping the column `notes` of `shop_book` deletes what it holds: going back makes it again without the data.",
        ),
        (
            run_sql("ALTER TABLE shop_book DROP notes, DROP stock"),
            "Dropping the columns `notes` and `stock` of `shop_book` deletes what they hold: going back makes them again without the data.",
        ),
        (
            'migrations.RemoveField("book", "tags")',
            "Dropping the table `shop_book_tags` deletes all its rows: going back makes it again, empty.",
        ),
        (
            'migrations.DeleteModel("review")',
            "Dropping the table `shop_review` deletes all its rows: going back makes it again, empty.",
        ),
        (run_sql("TRUNCATE shop_review"), "TRUNCATE deletes all rows of `shop_review` and no reverse brings them back."),
        (
            run_sql("TRUNCATE shop_book CASCADE"),
            f"TRUNCATE deletes all rows of `shop_book`, and those of {REFERRING}, which refer to it, and no reverse brings them back.",
        ),
        (
            run_sql("DROP SCHEMA archive CASCADE"),
            "Dropping the schema `archive` with CASCADE deletes every table in it with all rows.",
        ),
        (
            run_sql("DROP EXTENSION hstore CASCADE"),
            "Dropping the extension `hstore` with CASCADE deletes every column of its types, in all tables.",
        ),
    ],
)
def test_dropped_data(operation: str, message: str) -> None:
    assert messages("dropped-data", operations(operation)) == [message]


def test_second_step_of_a_removal_still_loses_data() -> None:
    drop = operations(run_sql("ALTER TABLE shop_book DROP COLUMN notes"))
    (finding,) = found("dropped-data", operations(STATE_ONLY), drop)
    assert finding.message == (
        "Dropping the column `notes` of `shop_book` deletes what it holds: going back makes it again without the data."
    )
    assert finding.help == (
        "Copy what may still be needed, in a migration before this one:\n\n"
        '    migrations.RunSQL(\'CREATE TABLE "shop_book_copy" AS SELECT "id", "notes" FROM "shop_book"\', '
        "reverse_sql='DROP TABLE \"shop_book_copy\"'),"
    )


def test_renamed_column_dropped_in_the_same_migration() -> None:
    source = operations('migrations.RenameField("book", "notes", "y")', 'migrations.RemoveField("book", "y")')
    assert messages("dropped-data", source) == [
        "Dropping the column `y` of `shop_book` deletes what it holds: going back makes it again without the data."
    ]


@pytest.mark.parametrize(
    "source",
    [
        operations(
            'migrations.CreateModel("N", [("id", models.BigAutoField(primary_key=True))])', 'migrations.DeleteModel("N")'
        ),
        operations('migrations.AddField("book", "x", models.IntegerField(null=True))', 'migrations.RemoveField("book", "x")'),
        operations(run_sql("DROP TABLE IF EXISTS absent")),
        operations(run_sql("DROP SCHEMA archive")),
        operations(run_sql("DROP INDEX IF EXISTS absent")),
    ],
)
def test_nothing_is_lost(source: str) -> None:
    assert messages("dropped-data", source) == []


# irreversible-operation


@pytest.mark.parametrize(
    ("operation", "missing"),
    [
        ("migrations.RunPython(fill)", "its `RunPython` has no `reverse_code`"),
        ("migrations.RunPython(fill, elidable=True)", "its `RunPython` has no `reverse_code`"),
        ("migrations.RunSQL('SELECT 1')", "its `RunSQL` has no `reverse_sql`"),
        ("migrations.SeparateDatabaseAndState([migrations.RunSQL('SELECT 1')])", "its `RunSQL` has no `reverse_sql`"),
        ("OneWay()", "its `OneWay` says `reversible = False`"),
    ],
)
def test_irreversible_operation(operation: str, missing: str) -> None:
    source = (
        "def fill(apps, schema_editor): pass\n"
        "class OneWay(migrations.operations.special.Operation):\n"
        "    reversible = False\n"
        "    def state_forwards(self, *args): pass\n"
        "    def database_forwards(self, *args): pass\n"
    )
    assert messages("irreversible-operation", source + operations(operation)) == [
        f"`migrate shop` cannot go back over `0002_x`: {missing}."
    ]


def test_help_of_an_irreversible_function_names_it() -> None:
    (finding,) = found(
        "irreversible-operation", "def fill(apps, schema_editor): pass\n" + operations("migrations.RunPython(fill)")
    )
    assert finding.help == (
        "Where the rows may stay as they are, say so:\n\n"
        "    migrations.RunPython(fill, reverse_code=migrations.RunPython.noop),\n\n"
        "Where they may not, undo them:\n\n"
        "    def reverse_fill(apps, schema_editor):\n"
        "        ...\n\n"
        "    migrations.RunPython(fill, reverse_code=reverse_fill),"
    )


def test_help_of_irreversible_sql_undoes_what_it_can() -> None:
    (finding,) = found(
        "irreversible-operation", operations('migrations.RunSQL("CREATE TABLE x (id int); ALTER TABLE x ADD y int")')
    )
    assert finding.help == (
        "Write the way back:\n\n"
        '    migrations.RunSQL(…, reverse_sql=[\'ALTER TABLE "x" DROP COLUMN "y"\', \'DROP TABLE "x"\']),'
    )


def test_what_may_have_been_there_before_is_not_dropped() -> None:
    (finding,) = found("irreversible-operation", operations('migrations.RunSQL("CREATE TABLE IF NOT EXISTS x (id int)")'))
    assert finding.help == (
        "Write the way back:\n\n"
        '    migrations.RunSQL(…, reverse_sql="…"),\n\n'
        "or, where what it does may stay, `reverse_sql=migrations.RunSQL.noop`."
    )


def test_reversible_operations() -> None:
    source = operations("migrations.RunPython(print, print)", run_sql("SELECT 1"), 'migrations.RemoveField("book", "notes")')
    assert messages("irreversible-operation", source) == []


# concurrently-in-transaction

WHOLE = "inside a transaction: `shop.0002_x` fails here, and all of it is rolled back."


@pytest.mark.parametrize(
    ("sql", "spelled"),
    [
        ("CREATE INDEX CONCURRENTLY a ON shop_book (title)", "`CREATE INDEX CONCURRENTLY` (`a` on `shop_book`)"),
        ("DROP INDEX CONCURRENTLY IF EXISTS a", "`DROP INDEX CONCURRENTLY` (`a`)"),
        ("REINDEX TABLE CONCURRENTLY shop_book", "`REINDEX CONCURRENTLY` (on `shop_book`)"),
        ("ALTER TABLE event DETACH PARTITION old CONCURRENTLY", "`DETACH PARTITION CONCURRENTLY` (`old` on `event`)"),
        ("VACUUM FULL shop_book", "`VACUUM` (on `shop_book`)"),
        ("CREATE DATABASE x", "`CREATE DATABASE`"),
        ("ALTER SYSTEM SET work_mem = '1GB'", "`ALTER SYSTEM`"),
    ],
)
def test_statement_that_refuses_a_transaction(sql: str, spelled: str) -> None:
    (finding,) = found("concurrently-in-transaction", operations(run_sql(sql)))
    assert finding.message == f"The server refuses {spelled} {WHOLE}"
    assert finding.help == (
        "Take the migration out of its transaction, with nothing else in it:\n\n"
        "    class Migration(migrations.Migration):\n"
        "        atomic = False"
    )
    assert messages("concurrently-in-transaction", f"atomic = False\n{operations(run_sql(sql))}") == []


@pytest.mark.parametrize("name", ["AddIndexConcurrently", "RemoveIndexConcurrently"])
def test_operation_that_django_refuses_in_a_transaction(name: str) -> None:
    index = 'models.Index(fields=["title"], name="a")' if name.startswith("Add") else '"a"'
    source = operations(f'{name}("book", {index})')
    assert messages("concurrently-in-transaction", source) == [
        f"`{name}` refuses to run inside the transaction of `shop.0002_x`: the migration fails here, whole."
    ]
    assert messages("unread-operation", source) == []


def test_statements_of_one_text_share_a_transaction() -> None:
    text = "CREATE INDEX CONCURRENTLY a ON shop_book (title); ANALYZE shop_book"
    (finding,) = found("concurrently-in-transaction", f"atomic = False\n{operations(run_sql(text))}")
    assert finding.message == (
        "The server refuses `CREATE INDEX CONCURRENTLY` (`a` on `shop_book`) inside a transaction: `shop.0002_x` fails here, and what ran "
        "before it in the same transaction is rolled back."
    )
    assert finding.help == (
        "Send each statement by itself; those of one text share a transaction:\n\n"
        "    migrations.RunSQL([\n"
        "        'CREATE INDEX CONCURRENTLY a ON shop_book (title)',\n"
        "        'ANALYZE shop_book',\n"
        "    ]),"
    )


def test_concurrent_refresh_runs_in_a_transaction() -> None:
    source = operations(run_sql("REFRESH MATERIALIZED VIEW CONCURRENTLY stock"), run_sql("CREATE INDEX a ON shop_book (title)"))
    assert messages("concurrently-in-transaction", source) == []


# unread-sql and unread-operation


def test_unread_statements() -> None:
    unknown = "what it locks and changes, and for how long, is not known."
    assert messages("unread-sql", operations(run_sql("FLY ME; SELECT do_magic()"), run_sql("SELECT 1"))) == [
        f"`FLY ME` was not understood (no statement starts with `FLY`): {unknown}",
        f"`SELECT do_magic()` was not understood (it calls do_magic(), which may do anything): {unknown}",
    ]


def test_unread_operation() -> None:
    (finding,) = found("unread-operation", rule("unread-operation").bad)
    assert finding.message == (
        "What `Restock` sends and locks is not known: collecting its SQL raised OfflineError: the database was asked while its SQL "
        "was collected offline: SELECT count(*) FROM shop_book."
    )
    assert finding.help == (
        "Have `python manage.py sqlmigrate shop 0002_x` print its SQL on a scratch database, and write that down with the operation as "
        "its state:\n\n"
        '    migrations.RunSQL("…", reverse_sql="…", state_operations=[Restock(…)]),'
    )
    assert messages("unread-operation", rule("unread-operation").good) == []


# What a rule is about.


def test_a_rule_is_asked_where_there_is_one_of_the_actions_or_effects_that_it_is_about() -> None:
    asked: list[str] = []

    class About(Rule):
        """Writes down what it is asked about."""

        kinds = frozenset({Kind.DROP_INDEX})
        effects = frozenset({"builds_index"})

        def check_migration(self, migration: MigrationImpact) -> Iterable[Finding]:
            asked.extend(statement.sql for _, statement in migration.timeline)
            return ()

    texts = ["ALTER TABLE shop_book ADD COLUMN x integer", "CREATE INDEX i ON shop_book (title)", "DROP INDEX i"]
    assert findings_of(About(), [operations(run_sql(text)) for text in texts]) == []
    assert asked == texts[1:]


def test_an_effect_that_no_rule_can_be_about() -> None:
    with pytest.raises(RuleError, match=r"is about the effects \['scan'\]; there are \['scans', "):
        type("Wrong", (Rule,), {"effects": frozenset({"scan"})})
