"""What the rules about the running release say, word for word, and who of them speaks where several see the same."""

from __future__ import annotations

import pytest

from migration_lint import Finding
from migration_lint.engine import Engine
from migration_lint.rules import find_rules
from migration_lint.testing import findings_of, impacts_of
from migration_lint.types import CODE_FIRST, DATABASE_FIRST, replace

RULES = [rule for rule in find_rules() if rule.category == "compatibility"]
DROPPED = 'migrations.SeparateDatabaseAndState(state_operations=[migrations.RemoveField("review", "rating")])'


def operations(*lines: str) -> str:
    return f"operations = [{', '.join(lines)}]"


def run_sql(*texts: str) -> str:
    return operations(*(f"migrations.RunSQL({text!r})" for text in texts))


def found(*sources: str, target: str = "postgresql@16", release: bool = False, order: str = DATABASE_FIRST) -> list[Finding]:
    return findings_of(RULES, list(sources), target, release, order)


def only(*sources: str, target: str = "postgresql@16", release: bool = False, order: str = DATABASE_FIRST) -> Finding:
    (finding,) = found(*sources, target=target, release=release, order=order)
    return finding


def said(rule: str, *sources: str) -> str:
    finding = only(*sources)
    assert finding.rule == rule
    return finding.message


def test_dropped_table() -> None:
    finding = only(operations('migrations.DeleteModel("review")'))
    assert finding.rule == "dropped-table-in-use"
    assert finding.message == (
        "Dropping the table `shop_review` breaks the running release: every query of `Review` fails until the last of its "
        "processes is replaced."
    )
    assert finding.help == (
        "1. Take two releases. In this one remove it from the state only:\n"
        "    migrations.SeparateDatabaseAndState(\n"
        "        state_operations=[\n"
        '            migrations.DeleteModel("review"),\n'
        "        ],\n"
        "    ),\n"
        "2. In the next one, when no process of the old code is left, drop the table:\n"
        "    migrations.RunSQL(\n"
        "        'DROP TABLE \"shop_review\"',\n"
        "        reverse_sql=migrations.RunSQL.noop,\n"
        "    ),\n"
        "Until then its foreign keys still keep rows of `shop_book` from being deleted."
    )
    assert (finding.relation, finding.lock) == ("shop_review", "ACCESS EXCLUSIVE")


def test_dropped_many_to_many_table_is_the_fields() -> None:
    finding = only(operations('migrations.RemoveField("book", "tags")'))
    assert finding.message.startswith(
        "Dropping the table `shop_book_tags` breaks the running release: every query of `Book.tags`"
    )
    assert 'migrations.RemoveField("book", "tags"),' in finding.help


def test_renamed_table() -> None:
    finding = only(operations('migrations.RenameModel("Review", "Opinion")'))
    assert (finding.rule, finding.message) == (
        "renamed-table",
        (
            "Renaming the table `shop_review` to `shop_opinion` breaks the running release: every query of `Review` asks for it by "
            "the old name, and fails, until the last of its processes is replaced."
        ),
    )
    assert finding.help == (
        "1. Keep the table's name. In `models.py`, in `class Meta` of `Opinion`:\n"
        '    db_table = "shop_review"\n'
        "2. Here, which leaves the table as it is:\n"
        '    migrations.AlterModelTable("review", "shop_review"),\n'
        '    migrations.RenameModel("Review", "Opinion"),'
    )
    table, tags = found(operations('migrations.AlterModelTable("book", "books")'))
    assert 'migrations.AlterModelTable("book", "shop_book"),' in table.help
    assert "RenameModel" not in table.help
    assert tags.help == "Keep the table's name: say `db_table='shop_book_tags'` on the field `Book.tags`."


def test_null() -> None:
    finding = only(operations('migrations.AlterField("review", "rating", models.IntegerField(default=0))'))
    assert (finding.rule, finding.message) == (
        "null-no-longer-allowed",
        (
            "`shop_review.rating` no longer takes NULL: the running release may still write it to `Review.rating`, and fails where "
            "it does until the last of its processes is replaced."
        ),
    )
    assert finding.help.endswith(
        "2. In the next one, when no process of the old code is left, fill what is still NULL, in a migration of its own, and "
        "then change the column:\n"
        "    migrations.RunSQL(\n"
        '        \'UPDATE "shop_review" SET "rating" = … WHERE "rating" IS NULL\',\n'
        "        reverse_sql=migrations.RunSQL.noop,\n"
        "    ),\n"
        "    migrations.RunSQL(\n"
        '        \'ALTER TABLE "shop_review" ALTER COLUMN "rating" SET NOT NULL\',\n'
        '        reverse_sql=\'ALTER TABLE "shop_review" ALTER COLUMN "rating" DROP NOT NULL\',\n'
        "    ),"
    )
    both = run_sql("ALTER TABLE shop_book ALTER published SET NOT NULL, ALTER publisher_id SET NOT NULL")
    assert said("null-no-longer-allowed", both).startswith(
        "`shop_book.published` and `shop_book.publisher_id` no longer take NULL"
    )


def test_types() -> None:
    finding = only(operations('migrations.AlterField("book", "title", models.CharField(max_length=50))'))
    assert (finding.rule, finding.message) == (
        "narrowed-type",
        (
            "Narrowing `shop_book.title` from `varchar(100)` to `varchar(50)` breaks the running release: what it may write to "
            "`Book.title` no longer fits, and is refused or changed, until the last of its processes is replaced."
        ),
    )
    assert finding.help == (
        "1. Take two releases. In this one let the code keep to the new bounds, and tell Django's state alone:\n"
        "    migrations.SeparateDatabaseAndState(\n"
        "        state_operations=[\n"
        "            migrations.AlterField(\n"
        "                model_name='book',\n"
        "                name='title',\n"
        "                field=models.CharField(max_length=50),\n"
        "            ),\n"
        "        ],\n"
        "    ),\n"
        "2. In the next one, when no process of the old code is left, narrow the column:\n"
        '    migrations.RunSQL(\'ALTER TABLE "shop_book" ALTER COLUMN "title" TYPE varchar(50)\'),'
    )
    finding = only(operations('migrations.AlterField("book", "stock", models.CharField(max_length=10))'))
    assert (finding.rule, finding.message) == (
        "incompatible-type",
        (
            "Changing `shop_book.stock` from `integer` to `varchar(10)` breaks the running release: it reads, writes and compares "
            "`Book.stock` as `integer` until the last of its processes is replaced."
        ),
    )
    assert "name='stock_new',\n        field=models.CharField(max_length=10, null=True)," in finding.help


def test_constraints() -> None:
    unique = operations('migrations.AddConstraint("book", models.UniqueConstraint(fields=["title"], name="book_title"))')
    assert said("new-constraint-rejects-old-writes", unique) == (
        "The running release does not know of the unique constraint `book_title`, which `shop_book` has from now on: where what "
        "it writes to `Book.title` does not keep to it, it fails until the last of its processes is replaced."
    )
    several = run_sql(
        "ALTER TABLE shop_book ADD CONSTRAINT a CHECK (stock > 0), ADD CONSTRAINT b FOREIGN KEY (publisher_id) REFERENCES shop_tag"
    )
    assert said("new-constraint-rejects-old-writes", several).startswith(
        "The running release does not know of the check constraint `a` and the foreign key `b`, which `shop_book` has from now on: "
        "where what it writes to `Book.stock` and `Book.publisher_id` does not keep to them, it fails"
    )
    index = run_sql("CREATE UNIQUE INDEX one_rating ON shop_review (rating) WHERE rating > 4")
    assert "the unique index `one_rating`" in said("new-constraint-rejects-old-writes", index)
    nameless = only(operations('migrations.AlterUniqueTogether("book", {("author", "title")})'), target="sqlite@3.45")
    assert nameless.message.startswith("The running release does not know of the unique constraint `")


def test_default() -> None:
    first = operations('migrations.AddField("tag", "kind", models.IntegerField(db_default=1))')
    finding = only(first, operations('migrations.AlterField("tag", "kind", models.IntegerField())'))
    assert (finding.rule, finding.migration, finding.message) == (
        "database-default-removed",
        "0003_x",
        (
            "The database no longer fills `shop_tag.kind`, which the running release leaves out of its INSERTs: being NOT NULL, it "
            "makes them fail until the last of its processes is replaced."
        ),
    )


def test_required_column_leaves_the_state() -> None:
    state = 'migrations.SeparateDatabaseAndState(state_operations=[migrations.RemoveField("book", "stock")])'
    finding = only(operations(state))
    assert (finding.rule, finding.message, finding.help) == (
        "required-column-dropped",
        (
            "The state lets go of `Book.stock` while `shop_book` keeps `stock`, NOT NULL and without a default: every INSERT of the "
            "new release into it fails until the column is gone."
        ),
        (
            "Let the database do without the value first, before this operation:\n"
            '    migrations.AlterField("book", "stock", models.IntegerField(null=True)),'
        ),
    )


def test_server_that_makes_values_up_is_asked_for_by_the_projects_settings_alone() -> None:
    """Outside strict mode MySQL fills in what an INSERT leaves out; what `migrate` sets for itself is no other session's."""
    lenient = run_sql("SET SESSION sql_mode = ''")
    add = operations('migrations.AddField("book", "pages", models.IntegerField(default=1))')
    state = operations('migrations.SeparateDatabaseAndState(state_operations=[migrations.RemoveField("book", "stock")])')
    for source in (add, state):
        migration = impacts_of([lenient, source], "mysql@8.4")[-1]
        assert Engine(RULES).check_migration([migration]) != []
        everywhere = replace(migration)
        everywhere.__dict__.pop("_breaks")
        everywhere.__dict__["before"] = replace(migration.before, own_settings={"sql_mode": "ansi"})
        assert Engine(RULES).check_migration([everywhere]) == []


def test_removal_in_one_release_speaks_for_the_column() -> None:
    second = run_sql("ALTER TABLE shop_review DROP COLUMN rating")
    finding = only(operations(DROPPED), second, release=True)
    assert (finding.rule, finding.also, str(finding.severity)) == (
        "removal-in-one-release",
        ("dropped-column-in-use",),
        "error",
    )
    assert finding.message == (
        "`Review.rating` left the state in an earlier migration of this release, and this one drops the column `rating` of "
        "`shop_review` already: the running release, which still uses it, fails until the last of its processes is replaced."
    )
    assert finding.help.endswith("    python manage.py migrate shop 0003_x")
    assert found(operations(DROPPED), second) == []


def test_old_code() -> None:
    less = run_sql("ALTER TABLE shop_review RENAME TO opinion", "CREATE VIEW shop_review AS SELECT id, rating FROM opinion")
    finding = only(less)
    assert (finding.rule, finding.relation, finding.message) == (
        "old-code-breaks",
        "shop_review",
        (
            "`shop_review` no longer has the column `book_id`: the queries of `Review` in the running release fail until the last of "
            "its processes is replaced."
        ),
    )
    schema = run_sql("ALTER TABLE shop_review SET SCHEMA archive")
    assert said("old-code-breaks", schema).startswith("`shop_review` is `archive.shop_review` from now on:")
    other = run_sql("DROP TABLE shop_review", "CREATE TABLE shop_review (id bigserial PRIMARY KEY, body text)")
    assert said("old-code-breaks", other).startswith("`shop_review` no longer has the columns `book_id` and `rating`:")
    view = run_sql("ALTER TABLE shop_review RENAME TO opinion", "CREATE VIEW shop_review AS SELECT * FROM opinion")
    assert found(view) == []
    assert only(view, target="sqlite@3.45").message.startswith("`shop_review` is a view from now on, which takes no rows:")
    gone = operations(
        'migrations.RunSQL("CREATE VIEW best AS SELECT id FROM shop_book")',
        'migrations.CreateModel("Best", [("id", models.BigIntegerField(primary_key=True))], options={"managed": False, "db_table": "best"})',
    )
    assert said("old-code-breaks", gone, run_sql("DROP VIEW best")).startswith("`best` is not there any more:")


def test_what_is_already_apart_is_only_put_off() -> None:
    split = """
        operations = [
            migrations.SeparateDatabaseAndState(
                database_operations=[migrations.AlterField("book", "title", models.CharField(max_length=50))],
                state_operations=[migrations.AlterField("book", "title", models.CharField(max_length=50))],
            ),
        ]
    """
    assert only(split).help.startswith(
        "1. Take two releases. In this one let the code keep to the new bounds; leave this out of it.\n2. In the next one,"
    )


@pytest.mark.parametrize(
    ("operation", "message"),
    [
        (
            'migrations.AddField("book", "pages", models.IntegerField(null=True))',
            "its queries of `Book` name the column `pages` of `shop_book`, which is not there yet, and fail",
        ),
        (
            'migrations.CreateModel("Draft", [("id", models.BigAutoField(primary_key=True))])',
            "its queries of `Draft` name the table `shop_draft`, which is not there yet, and fail",
        ),
        (
            'migrations.RenameField("book", "notes", "remarks")',
            "its queries of `Book` name the column `remarks` of `shop_book`, which is not there yet, and fail",
        ),
        (
            'migrations.RenameModel("Review", "Opinion")',
            "its queries of `Opinion` name the table `shop_opinion`, which is not there yet, and fail",
        ),
        (
            'migrations.RemoveField("book", "stock")',
            "its queries of `Book` leave out `stock`, which is still NOT NULL without a default, and fail",
        ),
        (
            'migrations.AlterField("book", "stock", models.IntegerField(null=True))',
            "its queries of `Book` may write NULL to `stock`, which does not take it yet, and fail",
        ),
        (
            'migrations.AlterField("book", "title", models.CharField(max_length=200))',
            "its queries of `Book` may write to `title` what does not fit yet, and fail",
        ),
        (
            'migrations.AlterField("book", "isbn", models.CharField(max_length=20))',
            "its queries of `Book` may write to `isbn` what a constraint still refuses that this migration takes away, and fail",
        ),
        (
            'migrations.AlterField("tag", "name", models.IntegerField())',
            "its queries of `Tag` read, write and compare `name` as another type than the database has yet, and fail",
        ),
    ],
)
def test_code_first(operation: str, message: str) -> None:
    finding = only(operations(operation), order=CODE_FIRST)
    assert (finding.rule, finding.operation_index) == ("new-code-breaks", 0)
    assert finding.message == f"The new release runs before this migration does: {message} until the migration has run."


def test_code_first_says_nothing_of_what_old_code_used() -> None:
    for operation in (
        'migrations.RemoveField("review", "rating")',
        'migrations.DeleteModel("review")',
        'migrations.AlterField("book", "title", models.CharField(max_length=50))',
        'migrations.AlterField("review", "rating", models.IntegerField(default=0))',
    ):
        assert found(operations(operation)) != []
        assert found(operations(operation), order=CODE_FIRST) == []


def test_code_first_looks_at_the_release_as_a_whole() -> None:
    """What a migration adds and a later one of the release takes away, the new code never asks for."""
    add = operations('migrations.AddField("book", "pages", models.IntegerField(null=True))')
    remove = operations('migrations.RemoveField("book", "pages")')
    assert [f.migration for f in found(add, remove, order=CODE_FIRST)] == ["0002_x"]
    assert found(add, remove, release=True, order=CODE_FIRST) == []


def test_what_a_migration_leaves_includes_what_was_put_off_to_its_end() -> None:
    key = operations('migrations.AddField("review", "author", models.ForeignKey("shop.Author", models.CASCADE, null=True))')
    (migration,) = impacts_of(key, "oracle@19")
    assert migration.after is not None
    assert any(c.references for c in migration.after.tables["shop_review"].constraints.values() if "author_id" in c.columns)
