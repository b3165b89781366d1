"""The rules about locks that are short by themselves, and about maintenance: whole messages, and the way out."""

from __future__ import annotations

import inspect
from collections.abc import Sequence

import pytest

from migration_lint import Finding
from migration_lint.rules import find_rules
from migration_lint.testing import findings_of

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
        ("REINDEX INDEX shop_book_pkey", "`REINDEX` builds indexes of `shop_book` anew"),
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
