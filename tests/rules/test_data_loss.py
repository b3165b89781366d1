"""What the rules about data loss say, whole, and when they are silent."""

from __future__ import annotations

import textwrap

import pytest

from migration_lint import Finding, Impact
from migration_lint.rules import find_rules
from migration_lint.testing import findings_of, impacts_of
from migration_lint.types import replace

RULES = {rule.id: rule for rule in find_rules() if rule.category in ("data-loss", "reversibility")}


def found(rule: str, *operations: str, target: str = "postgresql@15", head: str = "") -> list[Finding]:
    return findings_of(RULES[rule], f"{head}\noperations = [{', '.join(operations)}]", target)


def only(rule: str, *operations: str, target: str = "postgresql@15", head: str = "") -> Finding:
    (finding,) = found(rule, *operations, target=target, head=head)
    return finding


def code(text: str) -> str:
    return textwrap.dedent(text).strip("\n")


def test_a_cast_cuts_text() -> None:
    finding = only("silent-truncation", 'migrations.AlterField("book", "notes", models.CharField(max_length=100))')
    assert str(finding.severity) == "error"
    assert finding.message == (
        "Changing `shop_book.notes` from `text` to `varchar(100)` takes something away from old rows, and the server says "
        "nothing: what is longer than 100 characters is cut off there."
    )
    assert finding.help == code("""
        1. Look for the rows that would change, and decide what becomes of them:
            SELECT * FROM "shop_book" WHERE CHAR_LENGTH("notes") > 100;
        2. Leave the cast out: the server then refuses what does not fit.
            migrations.SeparateDatabaseAndState(
                database_operations=[
                    migrations.RunSQL(
                        'ALTER TABLE "shop_book" ALTER COLUMN "notes" TYPE varchar(100)',
                        reverse_sql='ALTER TABLE "shop_book" ALTER COLUMN "notes" TYPE text',
                    ),
                ],
                state_operations=[
                    migrations.AlterField(
                        model_name='book',
                        name='notes',
                        field=models.CharField(max_length=100),
                    ),
                ],
            ),
    """)


def test_numbers_are_rounded() -> None:
    finding = only("silent-truncation", 'migrations.AlterField("book", "price", models.IntegerField())')
    assert finding.message == (
        "Changing `shop_book.price` from `numeric(10, 2)` to `integer` takes something away from old rows, and the server says "
        "nothing: digits after the point are rounded away."
    )
    assert finding.help == code("""
        1. Look for the rows that would change, and decide what becomes of them:
            SELECT * FROM "shop_book" WHERE "price" <> ROUND("price", 0);
        2. If they have to stay as they are, give the new values a column of their own, beside `price`.
    """)


def test_a_lenient_session_cuts_without_a_word() -> None:
    finding = only(
        "silent-truncation",
        "migrations.RunSQL(\"SET sql_mode = ''\", migrations.RunSQL.noop)",
        'migrations.AlterField("book", "title", models.CharField(max_length=50))',
        target="mariadb@10.11",
    )
    assert "what is longer than 50 characters is cut off there" in finding.message
    assert "SET sql_mode='STRICT_TRANS_TABLES'" in finding.help


def test_equal_values() -> None:
    finding = only("fails-on-existing-rows", 'migrations.AlterUniqueTogether("book", {("title", "author")})')
    assert str(finding.severity) == "warning"
    assert finding.message == (
        "Making `title` and `author_id` of `shop_book` unique fails where two rows have the same values of `title` and `author_id`."
    )
    assert finding.help == code("""
        1. Look for rows with equal values first; there must be none:
            SELECT "title", "author_id", COUNT(*) FROM "shop_book" GROUP BY "title", "author_id" HAVING COUNT(*) > 1;
        2. If there are some, make them different in a data migration before this one.
    """)


def test_nulls() -> None:
    finding = only("fails-on-existing-rows", 'migrations.AlterField("review", "rating", models.IntegerField())')
    assert finding.message == "Making `shop_review.rating` NOT NULL fails on the first row that has NULL there."
    assert 'SELECT COUNT(*) FROM "shop_review" WHERE "rating" IS NULL;' in finding.help
    assert "rows.filter(pk__in=keys, rating=None).update(rating=…)" in finding.help


def test_orphans() -> None:
    key = 'models.ForeignKey("shop.Author", models.SET_NULL, null=True, db_column="publisher_id")'
    finding = only("fails-on-existing-rows", f'migrations.AlterField("book", "publisher_id", {key})')
    assert finding.message == (
        "Adding the foreign key on `shop_book.publisher_id` fails on the first row that refers to nothing in `shop_author`."
    )
    assert 'LEFT JOIN "shop_author" AS parent ON parent."id" = child."publisher_id"' in finding.help


def test_a_constant_key_for_all() -> None:
    key = 'models.ForeignKey("shop.Author", models.CASCADE, default=1, related_name="+")'
    finding = only("fails-on-existing-rows", f'migrations.AddField("book", "editor", {key})')
    assert finding.message == (
        "Every old row of `shop_book` comes to refer to 1 in `shop_author`: where there is no such row, the migration fails."
    )


def test_several_dangers_of_one_operation_are_one_finding() -> None:
    finding = only("fails-on-existing-rows", 'migrations.AlterField("review", "rating", models.IntegerField(unique=True))')
    assert "Making `shop_review.rating` NOT NULL fails" in finding.message
    assert "Making `rating` of `shop_review` unique fails" in finding.message


def test_any_row_is_enough() -> None:
    finding = only("fails-on-existing-rows", 'migrations.RunSQL("ALTER TABLE shop_book ADD pages integer NOT NULL")')
    assert str(finding.severity) == "error"
    assert finding.message == "Adding `shop_book.pages` NOT NULL without a default fails as soon as there is one row."
    assert (
        found(
            "fails-on-existing-rows",
            'migrations.RunSQL("ALTER TABLE shop_book ADD pages integer NOT NULL")',
            target="mariadb@10.11",
        )
        == []
    )


@pytest.mark.parametrize(
    ("type", "message"),
    [
        ("models.CharField(max_length=9)", "Changing `shop_book.title` from `nvarchar2(100)` to `nvarchar2(9)` fails on the first value that does not fit (ORA-01441"),
        ("models.IntegerField()", "fails where the column is not empty (ORA-01439"),
    ],
)  # fmt: skip
def test_oracle_wants_empty_columns(type: str, message: str) -> None:
    assert (
        message in only("fails-on-existing-rows", f'migrations.AlterField("book", "title", {type})', target="oracle@19").message
    )


def test_a_token_for_all_rows() -> None:
    finding = only(
        "one-default-for-all-rows",
        'migrations.AddField("book", "token", models.UUIDField(default=uuid.uuid4, unique=True))',
        head="import uuid",
    )
    assert str(finding.severity) == "error"
    assert finding.message == (
        "All old rows of `shop_book` get one and the same `token`: `uuid.uuid4` is called once for the whole migration. The "
        "column is unique, and the migration fails as soon as there are two rows."
    )
    assert finding.help == code("""
        1. Add the column without the default, in a migration of its own:
            migrations.AddField(
                model_name='book',
                name='token',
                field=models.UUIDField(null=True),
            ),
        2. Give each row a value of its own in the next one:
            import uuid

            def fill_token(apps, schema_editor):
                Book = apps.get_model('shop', 'Book')
                rows = Book.objects.using(schema_editor.connection.alias).filter(token=None)
                while batch := list(rows[:1000]):
                    for row in batch:
                        row.token = uuid.uuid4()
                    Book.objects.using(schema_editor.connection.alias).bulk_update(batch, ['token'])

            class Migration(migrations.Migration):
                atomic = False
                operations = [
                    migrations.RunPython(fill_token, migrations.RunPython.noop),
                ]
        3. Then say the rest:
            migrations.AlterField(
                model_name='book',
                name='token',
                field=models.UUIDField(default=uuid.uuid4, unique=True),
            ),
    """)


def test_a_time_may_be_the_databases() -> None:
    finding = only(
        "one-default-for-all-rows",
        'migrations.AddField("book", "seen", models.DateTimeField(default=timezone.now))',
        head="from django.utils import timezone",
    )
    assert "`models.DateTimeField(db_default=models.functions.Now())`" in finding.help


def test_a_column_that_does_not_come_back() -> None:
    finding = only("reverse-fails-on-rows", 'migrations.RemoveField("book", "stock")')
    assert str(finding.severity) == "warning"
    assert finding.message == (
        "The way back stops on rows. Adding `shop_book.stock` NOT NULL without a default fails as soon as there is one row."
    )
    assert finding.help == code("""
        Give the field a default before it goes; the way back fills the old rows with it:
            migrations.AlterField(
                model_name='book',
                name='stock',
                field=models.IntegerField(default=…),
            ),
            migrations.RemoveField(
                model_name='book',
                name='stock',
            ),
    """)


def test_columns_of_one_table_are_one_finding() -> None:
    finding = only(
        "reverse-fails-on-rows", 'migrations.RemoveField("book", "stock")', 'migrations.RemoveField("book", "price")'
    )
    assert "`shop_book.stock`" in finding.message
    assert "`shop_book.price`" in finding.message
    assert finding.operation_index == 0


def test_what_was_widened_is_noted_once() -> None:
    wider = [f'migrations.AlterField("book", "{name}", models.CharField(max_length=200))' for name in ("title", "isbn", "sku")]
    finding = only("reverse-fails-on-rows", *wider)
    assert str(finding.severity) == "note"
    assert "from `varchar(200)` to `varchar(100)` fails on what is longer than 100 characters." in finding.message


def test_what_is_cut_on_the_way_back() -> None:
    finding = only("reverse-loses-data", 'migrations.AlterField("book", "title", models.TextField())')
    assert finding.message == (
        "Going back over this makes `shop_book.title` `varchar(100)` again, and the server says nothing: what is longer than 100 "
        "characters is cut off there."
    )


def test_an_index_is_built_again() -> None:
    finding = only("reverse-blocks", 'migrations.AlterField("book", "sku", models.CharField(max_length=50))')
    assert str(finding.severity) == "note"
    assert finding.message.startswith("Going back costs more than the way there: Building the index `shop_book_sku_")
    assert finding.message.endswith("reads all of `shop_book` while every write of `shop_book` waits.")


FIELD = 'migrations.AddField("book", "x", models.IntegerField(null=True))'


@pytest.mark.parametrize(
    ("lines", "asked"),
    [
        ([FIELD], []),
        (['migrations.RemoveField("book", "published")'], []),
        (['migrations.RemoveField("book", "stock")'], [0]),
        (['migrations.RemoveField("book", "author")'], [0]),
        ([FIELD, 'migrations.RemoveField("book", "stock")', 'migrations.RemoveField("book", "published")'], [1]),
    ],
)
def test_the_way_back_is_worked_out_once_and_as_far_as_it_may_be_hard(lines: list[str], asked: list[int]) -> None:
    (migration,) = impacts_of(f"operations = [{', '.join(lines)}]")
    firsts: list[int] = []
    undo = migration.undo
    assert undo is not None

    def noted(first: int) -> tuple[Impact, ...]:
        firsts.append(first)
        return undo(first)

    watched = replace(migration, undo=noted)
    for name in ("reverse-fails-on-rows", "reverse-loses-data", "reverse-blocks"):
        list(RULES[name].check_migration(watched))
    assert firsts == asked
