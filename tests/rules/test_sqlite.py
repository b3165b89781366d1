"""What the rules say on SQLite: about its one lock, about PRAGMAs, and about what a remade table lost and what it kept."""

from __future__ import annotations

import django
import pytest

from migration_lint.rules import find_rules
from migration_lint.testing import findings_of, impacts_of
from migration_lint.types import Kind

IDS = {
    "blocking-foreign-key-check",
    "database-wide-write-lock",
    "dropped-column-in-use",
    "dropped-data",
    "missing-lock-timeout",
    "pragma-in-transaction",
    "renamed-column",
    "required-column-without-default",
}
RULES = [rule for rule in find_rules() if rule.id in IDS]


def operations(*lines: str) -> str:
    return f"operations = [{', '.join(lines)}]"


def found(source: str, target: str = "sqlite@3.40") -> list[tuple[str, str]]:
    return [(finding.rule, finding.message) for finding in findings_of(RULES, source, target)]


def lock(work: str) -> tuple[str, str]:
    until = "meanwhile nobody else writes to the database, until the migration commits."
    return ("database-wide-write-lock", f"{work}: {until}")


@pytest.mark.parametrize(
    "line",
    [
        'migrations.AddField("book", "pages", models.IntegerField(null=True))',
        'migrations.AddField("book", "editor", models.ForeignKey("shop.Author", models.CASCADE, null=True, db_index=False))',
        'migrations.AlterField("book", "title", models.CharField(max_length=100, help_text="x"))',
        'migrations.CreateModel("Shelf", [("id", models.BigAutoField(primary_key=True)), ("n", models.IntegerField(db_index=True))])',
        'migrations.AlterModelTable("review", "reviews")',
        'migrations.RunSQL("UPDATE shop_book SET stock = 0 WHERE id = 1", "SELECT 1")',
        'migrations.RunSQL("PRAGMA defer_foreign_keys = ON", migrations.RunSQL.noop)',
        'migrations.RunSQL("PRAGMA journal_mode = PERSIST", migrations.RunSQL.noop)',
    ],
)  # fmt: skip
def test_nothing_to_say(line: str) -> None:
    assert found(operations(line)) == []


@pytest.mark.parametrize(
    ("line", "work"),
    [
        ('migrations.AlterField("book", "title", models.CharField(max_length=200))', "Remaking `shop_book` copies every row"),
        ('migrations.AddIndex("book", models.Index(fields=["title"], name="i"))', "Indexes of `shop_book` are built"),
        ('migrations.AddField("book", "n", models.PositiveIntegerField(null=True))', "All rows of `shop_book` are read"),
        ('migrations.RunSQL("UPDATE shop_book SET stock = 0", "SELECT 1")', "All rows of `shop_book` are changed"),
        ('migrations.RunSQL("DELETE FROM shop_book", "SELECT 1")', "All rows of `shop_book` are deleted"),
        (
            'migrations.RunSQL("INSERT INTO shop_tag (name) SELECT title FROM shop_book", "SELECT 1")',
            "The rows of a query are added to `shop_tag`",
        ),
    ],
)
def test_the_write_lock(line: str, work: str) -> None:
    assert found(operations(line)) == [lock(work)]


def test_one_finding_for_all_that_a_transaction_does() -> None:
    lines = [
        'migrations.AlterField("book", "title", models.CharField(max_length=200))',
        'migrations.AlterField("review", "body", models.TextField(null=True))',
        'migrations.AddIndex("author", models.Index(fields=["name"], name="i"))',
    ]
    together = "Remaking `shop_book` and `shop_review` copies every row; indexes of `shop_author` are built"
    assert [each for each in found(operations(*lines)) if each[0] == "database-wide-write-lock"] == [lock(together)]
    apart = [each for each in found("atomic = False\n" + operations(*lines[1:])) if each[0] == "database-wide-write-lock"]
    assert [(rule, message.partition(":")[0]) for rule, message in apart] == [
        ("database-wide-write-lock", "Remaking `shop_review` copies every row"),
        ("database-wide-write-lock", "Indexes of `shop_author` are built"),
    ]


@pytest.mark.skipif(django.VERSION >= (6, 1), reason="The oldest SQLite that this Django supports drops columns itself.")
def test_the_version_of_the_target_counts() -> None:
    drop = operations('migrations.RemoveField("book", "published")')
    algorithms = {
        version: {e.algorithm for s in impacts_of(drop, version)[-1].impacts[0].statements for e in s.effects} - {None}
        for version in ("sqlite@3.31", "sqlite@3.35.4", "sqlite@3.35.5", "sqlite@3.50")
    }
    assert algorithms == {
        "sqlite@3.31": {"REMAKE"}, "sqlite@3.35.4": {"REMAKE"}, "sqlite@3.35.5": {"SIMPLE"}, "sqlite@3.50": {"SIMPLE"},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("PRAGMA foreign_keys = OFF", "does nothing"),
        ("PRAGMA main.foreign_keys(0)", "does nothing"),
        ("pragma journal_mode = wal", "does nothing, or fails where nothing was written yet,"),
        ("PRAGMA synchronous = 1", "fails"),
    ],
)
def test_pragmas(sql: str, message: str) -> None:
    source = operations(f"migrations.RunSQL({sql!r}, migrations.RunSQL.noop)")
    text = f"`{sql}` {message} inside a transaction, and `shop.0002_x` runs in one."
    assert found(source) == [("pragma-in-transaction", text)]
    assert found("atomic = False\n" + source) == []


# A table that is remade.

NEW = "CREATE TABLE new_review (id integer NOT NULL PRIMARY KEY AUTOINCREMENT, body text NOT NULL, book_id bigint NOT NULL{})"
SWAP = ["DROP TABLE shop_review", "ALTER TABLE new_review RENAME TO shop_review"]


def remake(columns: str, copy: str) -> str:
    return operations(f"migrations.RunSQL({[NEW.format(columns), copy, *SWAP]!r}, migrations.RunSQL.noop)")


def told(source: str, target: str = "sqlite@3.40") -> list[tuple[str, str | None]]:
    (impact,) = impacts_of(source, target)[-1].impacts
    actions = [a for a in impact.statements[-1].actions if a.table == "shop_review" and a.kind is not Kind.ADD_CONSTRAINT]
    return [(str(action.kind), action.name) for action in actions if action.kind is not Kind.DROP_CONSTRAINT]


@pytest.mark.parametrize("target", ["sqlite@3.40", "postgresql@16"])
def test_a_remake_that_keeps_all_columns_drops_nothing(target: str) -> None:
    source = remake(", rating integer", "INSERT INTO new_review SELECT id, body, book_id, rating FROM shop_review")
    if target.startswith("postgresql"):
        source = source.replace("integer NOT NULL PRIMARY KEY AUTOINCREMENT", "bigint NOT NULL PRIMARY KEY")
    assert told(source, target) == []
    assert {rule for rule, _ in found(source, target)} <= {
        "database-wide-write-lock",
        "missing-lock-timeout",
        "referenced-table-locked",
        "blocking-foreign-key-check",
    }
    before, after = impacts_of(source, target)[-1].impacts[0].before, impacts_of(source, target)[-1].impacts[0].after
    assert before.tables.keys() == after.tables.keys()
    impact = impacts_of(source, target)[-1].impacts[0]
    one, other = impact.before.tables["shop_review"], impact.after.tables["shop_review"]
    assert (one.id, one.made_by, one.former_names) == (other.id, other.made_by, other.former_names)


def test_a_column_that_is_not_copied_is_dropped() -> None:
    source = remake("", "INSERT INTO new_review (id, body, book_id) SELECT id, body, book_id FROM shop_review")
    assert told(source) == [("drop column", "rating")]
    rules = {rule for rule, _ in found(source)}
    assert rules == {"dropped-data", "dropped-column-in-use", "database-wide-write-lock"}


def test_a_column_of_another_name_is_renamed() -> None:
    source = remake(
        ", stars integer", "INSERT INTO new_review (id, body, book_id, stars) SELECT id, body, book_id, rating FROM shop_review"
    )
    assert told(source) == [("rename column", "rating")]
    assert {rule for rule, _ in found(source)} == {"renamed-column", "database-wide-write-lock"}


def test_a_column_made_and_not_null() -> None:
    source = remake(
        ", rating integer NOT NULL, pages integer NOT NULL",
        "INSERT INTO new_review (id, body, book_id, rating, pages) SELECT id, body, book_id, coalesce(rating, 0), 1 FROM shop_review",
    )
    assert told(source) == [("set not null", "rating"), ("add column", "pages")]
    assert {rule for rule, _ in found(source)} == {"required-column-without-default", "database-wide-write-lock"}


def test_a_table_that_takes_a_name_without_the_rows_is_another_one() -> None:
    source = operations(f"migrations.RunSQL({[NEW.format(''), *SWAP]!r}, migrations.RunSQL.noop)")
    assert told(source) == []
    assert [rule for rule, _ in found(source)] == ["dropped-data"]


def test_a_copy_by_a_query() -> None:
    copy = "CREATE TABLE new_review AS SELECT id, body, book_id FROM shop_review"
    source = operations(f"migrations.RunSQL({[copy, *SWAP]!r}, migrations.RunSQL.noop)")
    assert ("drop column", "rating") in told(source)


def test_names_are_the_same_in_any_case() -> None:
    source = operations('migrations.RunSQL("ALTER TABLE Shop_Review DROP COLUMN RATING", migrations.RunSQL.noop)')
    assert {rule for rule, _ in found(source)} == {"dropped-data", "dropped-column-in-use", "database-wide-write-lock"}
