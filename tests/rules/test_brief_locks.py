"""The rules about locks that are short by themselves, and about maintenance: whole messages, and the way out."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from functools import partial

import pytest

from migration_lint import Finding, Severity, conf
from migration_lint.engine import Engine
from migration_lint.project import collect, selection
from migration_lint.rules import find_rules
from migration_lint.sql.catalog import Catalog
from migration_lint.sql.server import Server
from migration_lint.testing import Bookshop, example_migration, findings_of

RULES = {rule.id: rule for rule in find_rules()}
WAITS = "every read and write of `shop_book` waits"


def sql(*texts: str) -> str:
    return f"operations = [{', '.join(f'migrations.RunSQL({text!r})' for text in texts)}]"


def only(rule: str, sources: str | Sequence[str], target: str = "postgresql@15", release: bool = False) -> Finding:
    (found,) = findings_of(RULES[rule], sources, target, release)
    return found


def helped(text: str) -> str:
    return inspect.cleandoc(text)


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("ALTER TABLE shop_book SET UNLOGGED", "`SET LOGGED` or `SET UNLOGGED` rewrites `shop_book`"),
        ("ALTER TABLE shop_book SET TABLESPACE fast", "`SET TABLESPACE` rewrites `shop_book`"),
        ("CLUSTER shop_book USING shop_book_pkey", "`CLUSTER` rewrites `shop_book`"),
        ("REINDEX INDEX shop_book_pkey", "`REINDEX` builds the index `shop_book_pkey` anew"),
        (
            "ALTER INDEX shop_book_pkey SET TABLESPACE fast",
            "`ALTER INDEX … SET TABLESPACE` copies the index `shop_book_pkey`",
        ),
        ("LOCK TABLE shop_book", "`LOCK TABLE` locks `shop_book`"),
    ],
)
def test_maintenance(statement: str, said: str) -> None:
    found = only("blocking-maintenance", sql(statement))
    assert found.message == f"{said}: {WAITS}, until the migration commits."
    assert findings_of(RULES["table-rewrite"], sql(statement)) == []


def test_maintenance_of_several_tables() -> None:
    found = only("blocking-maintenance", sql("TRUNCATE shop_author CASCADE"))
    tables = "`shop_author`, `shop_book`, `shop_book_tags` and `shop_review`"
    assert found.message == (
        f"`TRUNCATE` empties {tables} and locks them: every read and write of {tables} waits, until the migration commits."
    )


def test_maintenance_outside_a_transaction() -> None:
    found = only("blocking-maintenance", "atomic = False\n" + sql("VACUUM FULL shop_book"))
    assert found.message == f"`VACUUM FULL` rewrites `shop_book`: {WAITS}, until it is done."
    assert found.help == "Take it out of the migrations, and let pg_repack do it:\n    pg_repack --table=shop_book"


def test_names_that_nobody_knows() -> None:
    assert only("blocking-index-drop", sql("DROP INDEX nobody")).message == (
        "Dropping the index `nobody` waits for whoever is using its table, and every read and write of it waits behind it, until "
        "the migration commits."
    )
    for statement, said in (
        ("REINDEX INDEX nobody", "`REINDEX` builds the index `nobody` anew: every read and write of its table waits"),
        ("CLUSTER", "`CLUSTER` rewrites every table: every read and write of every table waits"),
        ("VACUUM FULL", "`VACUUM FULL` rewrites every table: every read and write of every table waits"),
    ):
        found = only("blocking-maintenance", "atomic = False\n" + sql(statement))
        assert found.message == f"{said}, until it is done."


def test_refreshed_view() -> None:
    make = sql("CREATE MATERIALIZED VIEW prices AS SELECT title, price FROM shop_book")
    found = only("blocking-maintenance", [make, sql("REFRESH MATERIALIZED VIEW prices")])
    assert found.message == (
        "`REFRESH MATERIALIZED VIEW` rewrites `prices`: every read and write of `prices` waits, until the migration commits."
    )
    assert 'REFRESH MATERIALIZED VIEW CONCURRENTLY "prices"' in found.help
    assert not findings_of(RULES["blocking-maintenance"], [make, sql("REFRESH MATERIALIZED VIEW prices")], release=True)


def test_dropped_index() -> None:
    found = only(
        "blocking-index-drop",
        [
            'operations = [migrations.AddIndex("book", models.Index(fields=["title"], name="book_title"))]',
            'operations = [migrations.RemoveIndex("book", "book_title")]',
        ],
    )
    assert found.message == (
        f"Dropping the index `book_title` waits for whoever is using `shop_book`, and {WAITS} behind it, until the migration "
        "commits."
    )
    assert found.help == helped(
        """
        Drop it concurrently, in a migration of its own with `atomic = False`:
            from django.contrib.postgres.operations import RemoveIndexConcurrently

            atomic = False
            operations = [
                RemoveIndexConcurrently(
                    model_name='book',
                    name='book_title',
                ),
            ]
        """
    )


def test_index_dropped_with_what_goes_with_it() -> None:
    sku = ["operations = [migrations.RemoveField('book', 'sku')]"]
    assert findings_of(RULES["blocking-index-drop"], sku, "postgresql@15") == []
    unique = "operations = [migrations.AlterField('book', 'isbn', models.CharField(max_length=20))]"
    assert findings_of(RULES["blocking-index-drop"], unique, "postgresql@15") == []


CHECK = "ALTER TABLE shop_book ADD CONSTRAINT c CHECK (stock > 0) NOT VALID"
KEY = "ALTER TABLE shop_book ADD CONSTRAINT f FOREIGN KEY (publisher_id) REFERENCES shop_author NOT VALID"


def test_validated_in_same_transaction() -> None:
    found = only("validated-in-same-transaction", sql(CHECK, "ALTER TABLE shop_book VALIDATE CONSTRAINT c"))
    assert found.message == (
        f"`c` was added by operation 0, in this transaction, and its lock is still held: {WAITS} while every row of "
        "`shop_book` is checked, until the migration commits."
    )
    assert found.help == helped(
        """
        Validate it in a migration of its own, after this one:
            dependencies = [('shop', '0002_x')]
            migrations.RunSQL(
                sql='ALTER TABLE shop_book VALIDATE CONSTRAINT c',
            ),
        """
    )


def test_key_validated_in_same_transaction() -> None:
    found = only("validated-in-same-transaction", sql(KEY, "ALTER TABLE shop_book VALIDATE CONSTRAINT f"))
    assert found.message == (
        "`f` was added by operation 0, in this transaction, and its lock is still held: every write of `shop_book` and "
        "`shop_author` waits while every row of `shop_book` is checked, until the migration commits."
    )


def test_trigger() -> None:
    found = only("blocking-trigger-change", sql("ALTER TABLE shop_book DISABLE TRIGGER ALL"))
    assert found.message == (
        "Switching the triggers of `shop_book` waits for open transactions, and every write of `shop_book` waits behind it, "
        "until the migration commits."
    )


def test_nothing_done_under_a_lock() -> None:
    found = only("noop-still-locks", sql("ALTER TABLE shop_book DROP CONSTRAINT IF EXISTS nowhere"))
    assert found.message == (
        "`nowhere` is not there, and the statement changes nothing; it takes its lock on `shop_book` all the same: "
        f"{WAITS}, until the migration commits."
    )


def test_timeout_of_a_concurrent_build() -> None:
    source = inspect.cleandoc(RULES["timeout-breaks-concurrent-build"].bad)
    found = only("timeout-breaks-concurrent-build", source)
    assert found.message == (
        "Building `book_title_idx` concurrently waits for every transaction that uses `shop_book`, and `lock_timeout = 2s` "
        "cancels it: what is left is an INVALID index, which no query uses and every write maintains."
    )
    assert "migrations.RunSQL('DROP INDEX CONCURRENTLY IF EXISTS \"book_title_idx\"'" in found.help.replace("\n        ", "")


def test_validated_in_a_migration_that_is_not_selected() -> None:
    added = example_migration(sql(CHECK), 2)
    validated = example_migration(sql("ALTER TABLE shop_book VALIDATE CONSTRAINT c"), 3)
    for plan, expected in (([added, validated], []), ([added], ["never-validated-constraint"])):
        engine, errors = Engine([RULES["never-validated-constraint"]]), list[str]()
        ending = collect.Ending(partial(bool, engine.open))
        target = conf.parse_target("postgresql@15")
        chosen = selection.releases(frozenset({("shop", "0002_x")}), True)
        migrations = (Bookshop("0001_x", "shop"), *plan)
        for impacts in collect.walk(migrations, frozenset(), (target,), chosen, False, errors, ending=ending):
            assert engine.check_migration(impacts) == []
        assert [finding.rule for finding in engine.check_end(ending.catalogs)] == expected
        assert errors == engine.errors == []


def test_reset_goes_back_to_what_the_session_began_with() -> None:
    server = Server(conf.parse_target("postgresql@15"))
    server.catalog = Catalog(settings={"lock_timeout": "2s"}, own_settings={"lock_timeout": "2s"})
    server.send("SET lock_timeout = 0; RESET lock_timeout")
    assert server.catalog.settings == {"lock_timeout": "2s"}
    server.send("SET statement_timeout = 0; RESET statement_timeout")
    assert server.catalog.settings == {"lock_timeout": "2s"}


def test_bounded_wait_for_a_referenced_table() -> None:
    drop = 'migrations.RemoveField("book", "author")'
    bound = "migrations.RunSQL(\"SET LOCAL lock_timeout = '2s'\")"
    assert only("referenced-table-locked", f"operations = [{drop}]").severity is Severity.WARNING
    assert only("referenced-table-locked", f"operations = [{bound}, {drop}]").severity is Severity.NOTE


def test_key_dropped_before_its_column() -> None:
    found = only("referenced-table-locked", 'operations = [migrations.RemoveField("review", "book")]')
    assert found.message == (
        "Dropping a foreign key of `shop_review` locks `shop_book` as well: every read and write of it waits, until the "
        "migration commits."
    )
    first, last = found.help.split("2. ")
    code = first[first.index("migrations.") :].replace("\n    ", "\n")
    assert "ADD CONSTRAINT" in code
    steps = [f"operations = [\n{code}]", f"operations = [{last[last.index('migrations.') :]}]"]
    assert {f.severity for f in findings_of(RULES["referenced-table-locked"], steps, "postgresql@15")} == {Severity.NOTE}
    assert findings_of(RULES["several-tables-locked"], steps, "postgresql@15") == []


def test_many_tables_are_not_all_named() -> None:
    names = [f"t{number}" for number in range(9)]
    make = sql(*(f"CREATE TABLE {name} (id integer)" for name in names))
    alter = sql(*(f"ALTER TABLE {name} ADD COLUMN a integer" for name in names))
    found = only("several-tables-locked", [make, alter])
    assert found.message.startswith(
        "One transaction locks `t0`, then `t1`, then `t2`, then `t3`, then `t4`, then `t5`, then 3 more:"
    )
    assert len(found.related) == 8


def test_new_column_without_default() -> None:
    found = only("not-null-scan", sql("ALTER TABLE shop_book ADD COLUMN pages integer NOT NULL"))
    assert found.severity is Severity.WARNING
    assert found.message == (
        f"Adding `shop_book.pages` NOT NULL without a default looks for a row of `shop_book` and fails at the first; {WAITS}, "
        "until the migration commits."
    )
