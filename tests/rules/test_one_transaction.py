"""What is said of statements that share a transaction, or should have, word for word."""

from __future__ import annotations

import importlib

import pytest

from migration_lint import Finding, Rule
from migration_lint.rules import rules_in
from migration_lint.testing import findings_of


def found(name: str, source: str, target: str = "postgresql@16") -> list[Finding]:
    (rule,) = rules_in(importlib.import_module(f"migration_lint.rules.{name.replace('-', '_')}"))
    one: Rule = rule()
    return findings_of(one, source, target)


@pytest.mark.parametrize(
    ("sql", "target", "message"),
    [
        (
            "BEGIN; UPDATE shop_book SET stock = 1; COMMIT;",
            "postgresql@16",
            (
                "`COMMIT` ends the transaction that `shop.0002_x` runs in: when something fails after it, what came before it "
                "stays done, and the migration is not recorded as applied."
            ),
        ),
        (
            "ROLLBACK",
            "sqlite@3.45",
            "`ROLLBACK` undoes what `shop.0002_x` did before it: Django goes on without a word and records the migration as applied.",
        ),
        (
            "BEGIN",
            "sqlite@3.45",
            "`BEGIN` is refused inside a transaction, and `shop.0002_x` runs in one: the migration fails here.",
        ),
        (
            "DO $$ BEGIN COMMIT; END $$",
            "postgresql@16",
            "A block cannot end the transaction that `shop.0002_x` runs in: the server refuses it, and the migration fails here.",
        ),
    ],
)
def test_transaction_control(sql: str, target: str, message: str) -> None:
    (finding,) = found("transaction-control-in-sql", f"operations = [migrations.RunSQL({sql!r})]", target)
    assert finding.message == message


def test_transaction_control_that_ends_nothing() -> None:
    source = 'atomic = False\noperations = [migrations.RunSQL("BEGIN"), migrations.RunSQL("UPDATE shop_book SET stock = 1")]'
    (finding,) = found("transaction-control-in-sql", source)
    assert finding.message == (
        "`BEGIN` begins a transaction that nothing in `shop.0002_x` ends: what follows, the record of the migration included, is "
        "lost when the connection is closed."
    )
    (finding,) = found(
        "transaction-control-in-sql", 'operations = [migrations.RunSQL("BEGIN; UPDATE shop_book SET stock = 1; END")]'
    )
    assert finding.help == (
        "Leave it out: Django begins the migration's transaction, and ends it.\n"
        "    migrations.RunSQL('UPDATE shop_book SET stock = 1'),\n"
        "Where it has to commit in between, `atomic = False` in a migration of its own leaves that to the SQL."
    )


ENUM = """
def calm_down(apps, schema_editor):
    apps.get_model("shop", "Book").objects.filter(stock=0).update(mood="calm")

operations = [
    migrations.RunSQL("CREATE TYPE mood AS ENUM ('sad'); ALTER TABLE shop_book ADD mood mood", migrations.RunSQL.noop),
    migrations.RunSQL("ALTER TYPE mood ADD VALUE IF NOT EXISTS 'calm' AFTER 'sad'", migrations.RunSQL.noop),
    {use},
]
"""
CALM = "migrations.RunPython(calm_down, migrations.RunPython.noop)"


def test_a_new_value_of_an_enum() -> None:
    (finding,) = found(
        "enum-value-used-in-same-transaction", ENUM.format(use="migrations.RunSQL(\"UPDATE shop_book SET mood = 'calm'\")")
    )
    assert finding.message == (
        "`UPDATE shop_book SET mood = 'calm'` uses the value `calm` of the enum `mood`, which operation 1 (RunSQL) adds in the same "
        "transaction: the server refuses it there (unsafe use of new value), and the migration fails."
    )
    assert finding.help.splitlines() == [
        "Add the value in a migration of its own, before this one:",
        "    migrations.RunSQL(",
        "        \"ALTER TYPE mood ADD VALUE IF NOT EXISTS 'calm' AFTER 'sad'\",",
        "        reverse_sql=migrations.RunSQL.noop,",
        "    ),",
    ]
    (finding,) = found("enum-value-used-in-same-transaction", ENUM.format(use=CALM))
    assert finding.message.startswith("`calm_down` uses the value `calm` of the enum `mood`, which operation 1 (RunSQL) adds")
    assert finding.operation_index == 2


@pytest.mark.parametrize(
    "use",
    [
        "migrations.RunSQL(\"UPDATE shop_book SET mood = 'sad', title = 'not calm'\")",
        "migrations.RunSQL(\"UPDATE shop_review SET body = 'calm'\")",
        "migrations.RunSQL(\"COMMENT ON TYPE mood IS 'calm'\")",
        "migrations.RunSQL(\"ALTER TYPE mood RENAME VALUE 'calm' TO 'quiet'\")",
        "migrations.RunSQL(\"CREATE FUNCTION f() RETURNS mood LANGUAGE plpgsql AS $$ BEGIN RETURN 'calm'; END $$\")",
    ],
)
def test_a_new_value_that_is_not_used(use: str) -> None:
    assert found("enum-value-used-in-same-transaction", ENUM.format(use=use)) == []


@pytest.mark.parametrize(
    "use",
    [
        "CREATE INDEX i ON shop_book (id) WHERE mood = 'calm'",
        "CREATE TABLE other (mood mood DEFAULT 'calm')",
        "CREATE VIEW v AS SELECT 'calm'::mood",
        "CREATE FUNCTION f() RETURNS mood LANGUAGE sql AS $$ SELECT 'calm'::mood $$",
        "DO $$ BEGIN UPDATE shop_book SET mood = 'calm'; END $$",
        "UPDATE shop_book SET mood = 'calm' WHERE false",
    ],
)
def test_a_new_value_is_used_in_many_places(use: str) -> None:
    assert len(found("enum-value-used-in-same-transaction", ENUM.format(use=f'migrations.RunSQL("{use}")'))) == 1


def test_a_new_value_of_a_new_enum() -> None:
    source = '''operations = [migrations.RunSQL("""
        CREATE TYPE mood AS ENUM ('sad');
        ALTER TYPE mood ADD VALUE 'calm';
        CREATE TABLE other (mood mood DEFAULT 'calm');
    """)]'''
    name = "enum-value-used-in-same-transaction"
    assert [len(found(name, source, f"postgresql@{version}")) for version in (15, 16, 17, 18)] == [1, 1, 0, 0]


def test_atomic_false_for_nothing() -> None:
    add = 'migrations.AddField("book", "{}", models.IntegerField(null=True))'
    (finding,) = found("needless-non-atomic", f"atomic = False\noperations = [{add.format('a')}, {add.format('b')}]")
    assert finding.message == (
        "Nothing in `shop.0002_x` asks for `atomic = False`: without it, its 2 statements are undone together when one of them fails."
    )
    assert finding.help == "Leave this line out, so that the migration runs in one transaction:\n    atomic = False"
    (finding,) = found("needless-non-atomic", f"atomic = False\noperations = [{add.format('a')}]")
    assert finding.message == (
        "Nothing in `shop.0002_x` asks for `atomic = False`: without it, the change and the record that it was made are committed "
        "together."
    )


def test_atomic_false_for_nothing_is_told_once() -> None:
    add = 'migrations.AddField("book", "{}", models.IntegerField(null=True))'
    rules = [
        next(rules_in(importlib.import_module(f"migration_lint.rules.{name}")))()
        for name in ("needless_non_atomic", "half_applied_on_failure")
    ]
    (finding,) = findings_of(rules, f"atomic = False\noperations = [{add.format('a')}, {add.format('b')}]")
    assert (finding.rule, finding.also) == ("needless-non-atomic", ("half-applied-on-failure",))


ASKING = {
    "an index built concurrently": 'AddIndexConcurrently("book", models.Index(fields=["title"], name="i"))',
    "a function": "migrations.RunPython(lambda apps, schema_editor: None)",
    "rows": 'migrations.RunSQL("UPDATE shop_book SET stock = 0 WHERE stock < 0")',
    "what takes long": 'migrations.AlterField("review", "rating", models.IntegerField())',
    "a value of an enum": "migrations.RunSQL(\"ALTER TYPE mood ADD VALUE 'calm'\")",
    "several tables": (
        'migrations.AddField("book", "x", models.IntegerField(null=True)), '
        'migrations.AddField("author", "x", models.IntegerField(null=True))'
    ),
    "what is not understood": "migrations.RunSQL(\"DO $$ BEGIN EXECUTE 'SELECT ' || 1; END $$\")",
    "a transaction of its own": 'migrations.RunSQL("BEGIN; ALTER TABLE shop_book ADD x int; COMMIT")',
    "nothing sent": 'migrations.SeparateDatabaseAndState(state_operations=[migrations.RemoveField("book", "stock")])',
}


@pytest.mark.parametrize("name", ASKING)
def test_atomic_false_for_something(name: str) -> None:
    assert found("needless-non-atomic", f"atomic = False\noperations = [{ASKING[name]}]") == []


def test_a_new_table_asks_for_nothing() -> None:
    create = (
        'migrations.CreateModel("B", [("id", models.BigAutoField(primary_key=True)), ("n", models.IntegerField(unique=True))])'
    )
    index = 'migrations.AddIndex("b", models.Index(fields=["n"], name="b_n"))'
    assert len(found("needless-non-atomic", f"atomic = False\noperations = [{create}, {index}]")) == 1


def test_a_pragma_asks_for_it() -> None:
    pragma = 'atomic = False\noperations = [migrations.RunSQL("PRAGMA foreign_keys = OFF"), migrations.RunSQL("CREATE TABLE t (id int)")]'
    assert found("needless-non-atomic", pragma, "sqlite@3.45") == []
    assert len(found("needless-non-atomic", pragma.replace("foreign_keys", "cache_size"), "sqlite@3.45")) == 1


BUILD = """
atomic = False
operations = [migrations.RunSQL({})]
"""
RETRIED = """
Drop what a failed build may have left, in a statement of its own, before it is built:
    migrations.RunSQL(
        [
            'DROP INDEX CONCURRENTLY IF EXISTS "i"',
            'CREATE INDEX CONCURRENTLY i ON shop_book (title)',
        ],
        reverse_sql='DROP INDEX CONCURRENTLY IF EXISTS "i"',
    ),
"""


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            "i",
            (
                "When the build of `i` fails, an INVALID index of that name stays behind, and `shop.0002_x` stops there whenever it "
                "is run again, until somebody has dropped it."
            ),
        ),
        (
            "IF NOT EXISTS i",
            (
                "When the build of `i` fails, an INVALID index stays behind. `IF NOT EXISTS` passes over it when `shop.0002_x` is "
                "run again, which is then recorded as applied, though no query uses the index."
            ),
        ),
    ],
)
def test_a_concurrent_build_that_cannot_be_run_again(words: str, message: str) -> None:
    sql = f"CREATE INDEX CONCURRENTLY {words} ON shop_book (title)"
    (finding,) = found("concurrent-build-not-retryable", BUILD.format(repr(sql)))
    assert finding.message == message
    assert f"\n{finding.help}\n" == RETRIED


def test_a_concurrent_build_without_a_name() -> None:
    (finding,) = found("concurrent-build-not-retryable", BUILD.format(repr("CREATE INDEX CONCURRENTLY ON shop_book (title)")))
    assert finding.message == (
        "When the concurrent build fails, an INVALID index stays behind under a name that the server made up, and `shop.0002_x` builds "
        "another beside it when it is run again."
    )


SHIFT = """
def shift(apps, schema_editor):
    apps.get_model("shop", "Book").objects.filter(pk=1).update(author=2)

operations = [{}]
"""
RUN = "migrations.RunPython(shift, migrations.RunPython.noop)"
KEY = "shop_book_author_id_82b8ab51_fk_shop_author_id"


def test_rows_that_wait_for_their_check() -> None:
    (finding,) = found("pending-trigger-events", SHIFT.format(f'{RUN}, migrations.RemoveField("book", "stock")'))
    assert finding.message == (
        f"`shift` of operation 0 (RunPython) changes rows of `shop_book`, and the foreign key `{KEY}` is checked at the commit: until then "
        "the server refuses ALTER TABLE on it (pending trigger events), and the migration fails as soon as there is such a row."
    )
    assert (finding.operation_index, finding.relation) == (1, "shop_book")
    assert finding.help == (
        "1. Move operation 1 (RemoveField) and what follows into a migration of its own, after this one:\n"
        "    dependencies = [('shop', '0002_x')]\n"
        "2. Or, where they have to stay together, check the rows at once, in between:\n"
        "    migrations.RunSQL(\n        'SET CONSTRAINTS ALL IMMEDIATE',\n        reverse_sql=migrations.RunSQL.noop,\n    ),"
    )


def test_rows_that_wait_for_their_check_at_the_end() -> None:
    index = 'migrations.AddField("book", "x", models.IntegerField(null=True, db_index=True))'
    (finding,) = found("pending-trigger-events", SHIFT.format(f"{index}, {RUN}"))
    assert "refuses CREATE INDEX on it" in finding.message
    assert finding.help == (
        "Move operation 1 (RunPython) into a migration of its own, after this one:\n    dependencies = [('shop', '0002_x')]\n"
        "What operation 0 (AddField) leaves to the end of the migration comes after it otherwise."
    )


def test_one_cause_is_told_once() -> None:
    more = ", ".join(f'migrations.AddField("book", "x{number}", models.IntegerField(null=True))' for number in range(3))
    assert [each.operation_index for each in found("pending-trigger-events", SHIFT.format(f"{RUN}, {more}"))] == [1]


TRIM = """
def trim(apps, schema_editor):
    apps.get_model("shop", "Review").objects.filter(rating=None).delete()

def seed(apps, schema_editor):
    apps.get_model("shop", "Tag").objects.create(name="new")

def look(apps, schema_editor):
    list(apps.get_model("shop", "Review").objects.all())

atomic = {atomic}
operations = [{operations}]
"""
TRIMMED, SEEDED, LOOKED = (f"migrations.RunPython({name}, migrations.RunPython.noop)" for name in ("trim", "seed", "look"))
INDEX = 'migrations.AddIndex("review", models.Index(fields=["rating"], name="i"))'
COLUMN = 'migrations.AddField("book", "blurb", models.TextField(null=True))'
TOGETHER = "schema-and-data-together"


def test_rows_before_the_schema() -> None:
    (finding,) = found(TOGETHER, TRIM.format(atomic=True, operations=f"{TRIMMED}, {COLUMN}, {INDEX}"))
    assert finding.message == (
        "Operation 1 (AddField) asks for a lock on `shop_book` in the transaction in which `trim` of operation 0 (RunPython) changed rows "
        "of `shop_review`: these stay locked while it waits, and until the migration commits."
    )
    assert (finding.operation_index, finding.relation) == (1, "shop_book")
    assert finding.help == (
        "Move the change of the schema into a migration of its own, after this one:\n"
        "    dependencies = [('shop', '0002_x')]\n"
        "    migrations.AddField(\n        model_name='book',\n        name='blurb',\n        field=models.TextField(null=True),\n    ),"
    )


def test_rows_after_the_schema() -> None:
    (finding,) = found(TOGETHER, TRIM.format(atomic=True, operations=f"{INDEX}, {TRIMMED}"))
    assert finding.message == (
        "`trim` of operation 1 (RunPython) changes rows of `shop_review` in the transaction in which operation 0 (AddIndex) has locked "
        "`shop_review`: every write of `shop_review` waits, until the migration commits."
    )
    (finding,) = found(TOGETHER, TRIM.format(atomic=True, operations=f"{COLUMN}, {TRIMMED}"), "sqlite@3.45")
    assert finding.message == (
        "`trim` of operation 1 (RunPython) changes rows of `shop_review` in the transaction in which operation 0 (AddField) has locked the "
        "database: every write of the database waits, until the migration commits."
    )


def test_the_stronger_rule_tells_it() -> None:
    rules = [
        next(rules_in(importlib.import_module(f"migration_lint.rules.{name}")))()
        for name in ("work_under_exclusive_lock", "schema_and_data_together")
    ]
    (finding,) = findings_of(rules, TRIM.format(atomic=True, operations=f"{COLUMN}, {TRIMMED}"))
    assert (finding.rule, finding.also) == ("work-under-exclusive-lock", (TOGETHER,))
