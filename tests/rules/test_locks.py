"""The rules about locks on PostgreSQL: what each finds, what it leaves alone, and that its advice is sound."""

from __future__ import annotations

import inspect
import re
import textwrap
from collections.abc import Sequence

import pytest

from migration_lint import Blocks, Finding
from migration_lint.engine import Engine
from migration_lint.rules import find_rules
from migration_lint.testing import findings_of, impacts_of

IDS = (
    "blocking-index-build",
    "index-build-under-exclusive-lock",
    "table-rewrite",
    "foreign-key-churn",
    "blocking-foreign-key-check",
    "blocking-constraint-check",
    "not-null-scan",
    "work-under-exclusive-lock",
)
RULES = {rule.id: rule for rule in find_rules() if rule.id in IDS}
WAITS = "every read and write of `shop_book` waits, until the migration commits."
AUTHOR_KEY = "shop_book_author_id_82b8ab51_fk_shop_author_id"


def operations(*lines: str) -> str:
    return f"operations = [{', '.join(lines)}]"


def sql(*texts: str) -> str:
    return operations(*(f"migrations.RunSQL({text!r})" for text in texts))


def each(sources: str | Sequence[str], target: str = "postgresql@16", release: bool = False) -> list[tuple[str, str]]:
    """What every lock rule says by itself, before findings of one operation are merged."""
    impacts = impacts_of(sources, target, release=release)
    return [
        (rule, finding.message)
        for rule in IDS
        for impact in impacts
        for finding in Engine([RULES[rule]]).check_migration([impact])
    ]


def merged(sources: str | Sequence[str]) -> list[Finding]:
    return findings_of(list(RULES.values()), sources)


def only(rule: str, sources: str | Sequence[str], target: str = "postgresql@16") -> Finding:
    found = findings_of(RULES[rule], sources, target=target)
    assert len(found) == 1
    return found[0]


ADD_NULL = 'migrations.AddField("book", "blurb", models.TextField(null=True))'
PART = "migrations.RunPython(lambda apps, editor: apps.get_model('shop.Book').objects.filter(stock=0).update(stock=1))"
ADD_INDEX = 'migrations.AddIndex("book", models.Index(fields=["title"], name="book_title_idx"))'
NEW = (
    'migrations.CreateModel("Sale", [("id", models.BigAutoField(primary_key=True)), ("code", models.CharField(max_length=20)), '
    '("count", models.IntegerField(null=True))])'
)
ON_NEW = (
    'migrations.AddIndex("sale", models.Index(fields=["code"], name="sale_code_idx"))',
    'migrations.AlterField("sale", "code", models.CharField(max_length=10, unique=True))',
    'migrations.AddField("sale", "slug", models.SlugField(default=""))',
    'migrations.AddField("sale", "left", models.PositiveIntegerField(default=0))',
    'migrations.AddField("sale", "book", models.ForeignKey("shop.Book", models.CASCADE, default=1))',
    'migrations.AlterField("sale", "count", models.IntegerField())',
    "migrations.RunPython(lambda apps, schema_editor: None)",
    'migrations.RunSQL("UPDATE shop_sale SET code = 1")',
    'migrations.AlterField("sale", "book", models.ForeignKey("shop.Book", models.CASCADE, null=True))',
)


# Silence.


def test_new_table_in_same_migration_costs_nothing() -> None:
    assert each(operations(NEW, *ON_NEW)) == []


def test_new_table_in_same_release_costs_nothing() -> None:
    sources = [operations(NEW), operations(*ON_NEW)]
    assert each(sources, release=True) == []
    assert {rule for rule, _ in each(sources)} == set(IDS)


def test_new_table_whose_key_locks_a_table_in_use() -> None:
    later = operations(
        *ON_NEW[-1:], "migrations.RunPython(lambda apps, editor: apps.get_model('shop.Sale').objects.all().delete())"
    )
    assert each([operations(NEW, ON_NEW[4]), later], release=True) == [
        ("work-under-exclusive-lock", f"`<lambda>` runs while `shop_book` is locked by operation 0 (AlterField): {WAITS}")
    ]


@pytest.mark.parametrize(
    "statements",
    [
        'CREATE INDEX IF NOT EXISTS "shop_book_sku_cfa209c8" ON shop_book (sku)',
        "ALTER TABLE shop_book ALTER COLUMN title TYPE varchar(200)",
        "ALTER TABLE shop_book ALTER COLUMN title TYPE text",
        "ALTER TABLE shop_book ADD CONSTRAINT c CHECK (stock > 0) NOT VALID",
        "ALTER TABLE shop_book ADD CONSTRAINT f FOREIGN KEY (publisher_id) REFERENCES shop_author NOT VALID",
        "SELECT 'CREATE INDEX a ON shop_book (title)' -- ALTER TABLE shop_book ADD UNIQUE (title)\n/* VACUUM FULL shop_book */",
        "ALTER TABLE shop_book ADD COLUMN added timestamptz DEFAULT now()",
        "ALTER TABLE shop_book ADD COLUMN kind text DEFAULT 'paper' NOT NULL",
        "ALTER TABLE shop_book ADD COLUMN owner_id bigint NULL REFERENCES shop_author",
        "ALTER TABLE shop_book ALTER COLUMN title SET NOT NULL",
        "INSERT INTO shop_tag (name) VALUES ('a')",
        "TRUNCATE shop_review",
    ],
)
def test_statement_that_takes_no_time_is_left_alone(statements: str) -> None:
    assert each(sql(statements)) == []
    assert each(sql(statements.lower())) == []


def test_concurrent_build_outside_a_transaction() -> None:
    assert each("atomic = False\n" + sql("CREATE INDEX CONCURRENTLY a ON shop_book (title)")) == []
    assert each("atomic = False\n" + sql("create unique index\n concurrently if not exists a\n on shop_book (title)")) == []


def test_constraint_that_takes_a_finished_index_over() -> None:
    build = "atomic = False\n" + sql("CREATE UNIQUE INDEX CONCURRENTLY u ON shop_book (title)")
    assert each([build, sql("ALTER TABLE shop_book ADD CONSTRAINT u UNIQUE USING INDEX u")]) == []


def test_validation_in_a_migration_of_its_own() -> None:
    add = sql("ALTER TABLE shop_book ADD CONSTRAINT c CHECK (stock > 0) NOT VALID")
    assert each([add, sql("ALTER TABLE shop_book VALIDATE CONSTRAINT c")]) == []


def test_state_operations_send_nothing() -> None:
    assert each(operations(f"migrations.SeparateDatabaseAndState(state_operations=[{ADD_INDEX}])")) == []


# Index builds that block writes.


def test_index_of_a_table_in_use() -> None:
    found = only("blocking-index-build", operations(ADD_INDEX))
    assert found.message == (
        "Building the index `book_title_idx` keeps every write of `shop_book` waiting, until the migration commits."
    )
    assert (found.relation, found.lock, found.blocks, found.held_until) == ("shop_book", "SHARE", Blocks.WRITES, "migration")
    assert found.help == inspect.cleandoc("""
        Build it concurrently, in a migration of its own with `atomic = False`:
            from django.contrib.postgres.operations import AddIndexConcurrently

            atomic = False
            operations = [
                AddIndexConcurrently(
                    model_name='book',
                    index=models.Index(fields=['title'], name='book_title_idx'),
                ),
            ]
    """)
    assert each(operations(ADD_INDEX)) == [(found.rule, found.message)]


def test_plain_index_outside_a_transaction_blocks_until_it_is_done() -> None:
    found = only("blocking-index-build", "atomic = False\n" + operations(ADD_INDEX))
    assert found.message == "Building the index `book_title_idx` keeps every write of `shop_book` waiting, until it is done."


def test_index_in_nested_separate_database_and_state() -> None:
    inner = f"migrations.SeparateDatabaseAndState(database_operations=[{ADD_INDEX}])"
    found = only("blocking-index-build", operations(f"migrations.SeparateDatabaseAndState(database_operations=[{inner}])"))
    assert (found.relation, found.operation_index) == ("shop_book", 0)


def test_several_statements_in_one_text_over_several_lines() -> None:
    source = sql("-- titles\ncreate\n  index a\n  on shop_book (title);\ncreate unique index b on shop_author (name);")
    assert each(source) == [
        (
            "blocking-index-build",
            "Building the index `b` keeps every write of `shop_author` waiting, until the migration commits.",
        ),
        (
            "blocking-index-build",
            "Building the index `a` keeps every write of `shop_book` waiting, until the migration commits.",
        ),
    ]


def test_db_index_builds_two_indexes_in_one_finding() -> None:
    found = only(
        "blocking-index-build",
        operations('migrations.AlterField("book", "title", models.CharField(max_length=100, db_index=True))'),
    )
    assert found.message == (
        "Building the indexes `shop_book_title_1f19d72a` and `shop_book_title_1f19d72a_like` keeps every write of `shop_book` "
        "waiting, until the migration commits."
    )


def test_conditional_unique_constraint_is_an_index() -> None:
    found = only(
        "blocking-index-build",
        operations(
            'migrations.AddConstraint("book", models.UniqueConstraint(fields=["title"], condition=models.Q(stock=1), name="u"))'
        ),
    )
    assert found.message == "Building the index `u` keeps every write of `shop_book` waiting, until the migration commits."
    assert found.help == inspect.cleandoc("""
        Build it concurrently, in a migration of its own with `atomic = False`:
            atomic = False
            operations = [
                migrations.SeparateDatabaseAndState(
                    database_operations=[
                        migrations.RunSQL(
                            [
                                'DROP INDEX CONCURRENTLY IF EXISTS "u"',
                                'CREATE UNIQUE INDEX CONCURRENTLY "u" ON "shop_book" ("title") WHERE "stock" = 1',
                            ],
                            reverse_sql='DROP INDEX CONCURRENTLY IF EXISTS "u"',
                        ),
                    ],
                    state_operations=[
                        migrations.AddConstraint(
                            model_name='book',
                            constraint=models.UniqueConstraint(condition=models.Q(('stock', 1)), fields=('title',), name='u'),
                        ),
                    ],
                ),
            ]
    """)


def test_partitioned_table_cannot_be_built_concurrently() -> None:
    make = "CREATE TABLE m (id int, y int) PARTITION BY RANGE (y); CREATE TABLE m1 PARTITION OF m FOR VALUES FROM (1) TO (2)"
    found = only("blocking-index-build", [sql(make), sql("CREATE INDEX mi ON m (y)")])
    assert found.message == "Building the index `mi` keeps every write of `m1` waiting, until the migration commits."
    assert 'CREATE INDEX "mi" ON ONLY "m" ("y")' in found.help
    assert 'CREATE INDEX CONCURRENTLY "m1_mi" ON "m1" ("y")' in found.help
    assert 'ALTER INDEX "mi" ATTACH PARTITION "m1_mi"' in found.help


def test_index_in_a_block() -> None:
    found = only("blocking-index-build", sql("DO $$ BEGIN CREATE INDEX a ON shop_book (title); END $$"))
    assert found.help == (
        "Take the statement out of the block it stands in, write it as `CREATE INDEX CONCURRENTLY`, and give it a migration "
        "of its own with `atomic = False`."
    )


# Index builds that block reads as well.


@pytest.mark.parametrize(
    ("operation", "message"),
    [
        (
            'migrations.AddField("book", "code", models.CharField(max_length=9, null=True, unique=True))',
            f"Adding `shop_book.code` as UNIQUE builds its index while {WAITS}",
        ),
        (
            'migrations.AddField("book", "editor", models.OneToOneField("shop.Author", models.CASCADE, null=True, related_name="+"))',
            f"Adding `shop_book.editor_id` as UNIQUE builds its index while {WAITS}",
        ),
        (
            'migrations.AddField("book", "editor", models.ForeignKey("shop.Author", models.CASCADE, null=True, related_name="+"))',
            f"Adding `shop_book.editor_id` locks the table, and `shop_book_editor_id_71eff3c6` is then built while {WAITS}",
        ),
        (
            'migrations.AddField("book", "slug", models.SlugField(null=True))',
            (
                "Adding `shop_book.slug` locks the table, and `shop_book_slug_284cf2fa` and `shop_book_slug_284cf2fa_like` are then "
                f"built while {WAITS}"
            ),
        ),
        (
            'migrations.AddConstraint("book", models.UniqueConstraint(fields=["title"], name="u"))',
            f"Adding the UNIQUE constraint `u` builds its index while {WAITS}",
        ),
        (
            'migrations.AlterUniqueTogether("book", {("title", "sku")})',
            f"Adding the UNIQUE constraint `shop_book_title_sku_cad95266_uniq` builds its index while {WAITS}",
        ),
        (
            'migrations.RunSQL("alter table shop_book add exclude using gist (title with =)")',
            f"Adding the EXCLUDE constraint on `title` builds its index while {WAITS}",
        ),
    ],
)
def test_index_is_built_while_the_operation_keeps_readers_out(operation: str, message: str) -> None:
    assert each(operations(operation)) == [("index-build-under-exclusive-lock", message)]
    found = only("index-build-under-exclusive-lock", operations(operation))
    assert (found.lock, found.blocks) == ("ACCESS EXCLUSIVE", Blocks.EVERYTHING)


def test_type_change_rebuilds_a_partial_index() -> None:
    widen = operations('migrations.AlterField("book", "title", models.CharField(max_length=200))')
    build = "atomic = False\n" + sql("CREATE INDEX CONCURRENTLY p ON shop_book (sku) WHERE title <> ''")
    assert each([build, widen]) == [
        (
            "index-build-under-exclusive-lock",
            f"Changing the type of `shop_book.title` rebuilds indexes that use it while {WAITS}",
        )
    ]


# Rewrites.


@pytest.mark.parametrize(
    ("statement", "cause"),
    [
        ("ALTER TABLE shop_book ALTER COLUMN stock TYPE bigint", "Changing `shop_book.stock` from `integer` to `bigint`"),
        (
            "ALTER TABLE shop_book ALTER COLUMN title TYPE varchar(50)",
            "Changing `shop_book.title` from `varchar(100)` to `varchar(50)`",
        ),
        (
            "ALTER TABLE shop_book ADD COLUMN u uuid DEFAULT gen_random_uuid()",
            "Adding `shop_book.u` with the default `gen_random_uuid()`, which is computed for each row,",
        ),
        (
            "ALTER TABLE shop_book ADD COLUMN u int DEFAULT our_own_numbers()",
            "Adding `shop_book.u` with the default `our_own_numbers()`, which is computed for each row,",
        ),
        (
            "ALTER TABLE shop_book ADD COLUMN g int GENERATED ALWAYS AS (stock + 1) STORED",
            "Adding the stored generated column `shop_book.g`",
        ),
        (
            "ALTER TABLE shop_book ADD COLUMN n int GENERATED ALWAYS AS IDENTITY",
            "Adding `shop_book.n`, which numbers the rows that are there,",
        ),
        ("ALTER TABLE shop_book ADD COLUMN n serial", "Adding `shop_book.n`, which numbers the rows that are there,"),
        (
            "ALTER TABLE shop_book ADD COLUMN n our_own_type",
            "Adding `shop_book.n` of the type `our_own_type`, which may be a domain that checks each row,",
        ),
    ],
)
def test_every_row_is_written_anew(statement: str, cause: str) -> None:
    assert each(sql(statement)) == [("table-rewrite", f"{cause} rewrites `shop_book`: {WAITS}")]


def test_key_and_the_columns_that_refer_to_it() -> None:
    found = merged(operations('migrations.AlterField("book", "id", models.AutoField(primary_key=True))'))
    assert {(f.rule, f.relation, f.also) for f in found} == {
        ("table-rewrite", "shop_book", ()),
        ("table-rewrite", "shop_book_tags", ("foreign-key-churn",)),
        ("table-rewrite", "shop_review", ("foreign-key-churn",)),
    }


# Foreign keys.


@pytest.mark.parametrize(
    ("operation", "column"),
    [
        ('migrations.AlterField("book", "author", models.ForeignKey("shop.Author", models.CASCADE, null=True))', "author_id"),
        (
            'migrations.AlterField("book", "author", models.ForeignKey("shop.Author", models.CASCADE, db_index=False))',
            "author_id",
        ),
        (
            'migrations.AlterField("book", "author", models.ForeignKey("shop.Author", models.CASCADE, db_column="writer"))',
            "writer",
        ),
        ('migrations.RenameField("book", "author", "writer")', "writer_id"),
        (
            (
                f'migrations.RunSQL("ALTER TABLE shop_book DROP CONSTRAINT {AUTHOR_KEY}; '
                'ALTER TABLE shop_book ADD CONSTRAINT k FOREIGN KEY (author_id) REFERENCES shop_author (id)")'
            ),
            "author_id",
        ),
    ],
)
def test_key_is_dropped_and_added_again(operation: str, column: str) -> None:
    assert each(operations(operation)) == [
        (
            "foreign-key-churn",
            (
                f"The foreign key `shop_book.{column}` is dropped and added again: every row of `shop_book` is checked against "
                "`shop_author` while every read and write of `shop_book` and `shop_author` waits, until the migration commits."
            ),
        )
    ]


def test_renamed_model_has_one_finding_per_child() -> None:
    found = findings_of(RULES["foreign-key-churn"], operations('migrations.RenameModel("Book", "Volume")'))
    assert [finding.relation for finding in found] == ["shop_review", "shop_volume_tags"]
    assert found[0].message == (
        "The foreign key `shop_review.book_id` is dropped and added again: every row of `shop_review` is checked against "
        "`shop_volume` while every read and write of `shop_review` and `shop_volume` waits, until the migration commits."
    )


def test_key_to_another_table_is_validated_later() -> None:
    found = only(
        "foreign-key-churn",
        operations('migrations.AlterField("book", "author", models.ForeignKey("shop.Tag", models.CASCADE))'),
    )
    assert found.message == (
        "The foreign key `shop_book.author_id` is dropped and added again: every row of `shop_book` is checked against `shop_tag` "
        "while every read and write of `shop_book` and every write of `shop_tag` waits, until the migration commits."
    )
    assert "NOT VALID" in found.help
    assert "VALIDATE CONSTRAINT" in found.help


def test_key_that_comes_back_not_valid() -> None:
    texts = (
        f"ALTER TABLE shop_book DROP CONSTRAINT {AUTHOR_KEY}",
        "ALTER TABLE shop_book ADD CONSTRAINT k FOREIGN KEY (author_id) REFERENCES shop_author (id) NOT VALID",
    )
    assert each(sql("; ".join(texts))) == []


def test_key_on_other_columns_is_a_new_one() -> None:
    texts = (
        f"ALTER TABLE shop_book DROP CONSTRAINT {AUTHOR_KEY}",
        "ALTER TABLE shop_book ADD CONSTRAINT k FOREIGN KEY (publisher_id) REFERENCES shop_author (id)",
    )
    assert each(sql("; ".join(texts))) == [
        (
            "blocking-foreign-key-check",
            (
                "Adding the foreign key `k` on `shop_book.publisher_id` checks every row of `shop_book` against `shop_author` while "
                "every read and write of `shop_book` and `shop_author` waits, until the migration commits."
            ),
        )
    ]


def test_new_key_on_a_table_in_use() -> None:
    found = only("blocking-foreign-key-check", RULES["blocking-foreign-key-check"].bad)
    assert found.message == (
        "Adding the foreign key `book_publisher_fk` on `shop_book.publisher_id` checks every row of `shop_book` against "
        "`shop_author` while every write of `shop_book` and `shop_author` waits, until the migration commits."
    )
    assert found.help == (
        "1. Add the constraint without checking the rows that are there:\n"
        "    migrations.RunSQL(\n"
        "        'ALTER TABLE shop_book ADD CONSTRAINT book_publisher_fk FOREIGN KEY (publisher_id) REFERENCES shop_author (id) "
        "NOT VALID',\n"
        '        reverse_sql=\'ALTER TABLE "shop_book" DROP CONSTRAINT "book_publisher_fk"\',\n'
        "    ),\n"
        "2. Check the rows in the migration after that; both tables stay in use:\n"
        "    migrations.RunSQL(\n"
        '        \'ALTER TABLE "shop_book" VALIDATE CONSTRAINT "book_publisher_fk"\',\n'
        "        reverse_sql=migrations.RunSQL.noop,\n"
        "    ),"
    )


def test_new_key_with_a_default_is_checked() -> None:
    found = only(
        "blocking-foreign-key-check", sql("ALTER TABLE shop_book ADD COLUMN o bigint DEFAULT 1 REFERENCES shop_author")
    )
    assert found.message == (
        "Adding the foreign key on `shop_book.o` checks every row of `shop_book` against `shop_author` while every read and write "
        "of `shop_book` and every write of `shop_author` waits, until the migration commits."
    )


# Checks and NOT NULL.


@pytest.mark.parametrize(
    ("operation", "cause"),
    [
        (
            'migrations.AddConstraint("book", models.CheckConstraint(condition=models.Q(stock__gte=0), name="c"))',
            "Adding the CHECK constraint `c`",
        ),
        (
            'migrations.AddField("book", "left", models.PositiveIntegerField(null=True))',
            "Adding `shop_book.left` with its CHECK",
        ),
        (
            'migrations.AlterField("book", "stock", models.PositiveIntegerField())',
            "Adding the CHECK constraint `shop_book_stock_515e8f1d_check`",
        ),
        ('migrations.RunSQL("alter table shop_book add check (stock > 0)")', "Adding the CHECK constraint on `shop_book`"),
    ],
)
def test_check_reads_every_row(operation: str, cause: str) -> None:
    assert each(operations(operation)) == [
        ("blocking-constraint-check", f"{cause} reads every row of `shop_book` while {WAITS}"),
    ]


def test_type_change_of_a_column_with_a_check() -> None:
    check = sql("ALTER TABLE shop_book ADD CONSTRAINT c CHECK (title <> '') NOT VALID")
    validate = sql("ALTER TABLE shop_book VALIDATE CONSTRAINT c")
    widen = operations('migrations.AlterField("book", "title", models.CharField(max_length=200))')
    assert each([check, validate, widen]) == [
        (
            "blocking-constraint-check",
            f"Changing the type of `shop_book.title`, which has a CHECK, reads every row of `shop_book` while {WAITS}",
        )
    ]


PUBLISHED = 'migrations.AlterField("book", "published", models.DateField())'


def test_not_null_reads_every_row() -> None:
    message = f"Making `shop_book.published` NOT NULL reads every row of `shop_book` while {WAITS}"
    assert each(operations(PUBLISHED)) == [("not-null-scan", message)]
    assert each(sql("ALTER TABLE shop_book ADD CONSTRAINT n NOT NULL published"), "postgresql@18") == [
        ("not-null-scan", message)
    ]


def test_not_null_that_a_check_proves() -> None:
    check = sql("ALTER TABLE shop_book ADD CONSTRAINT c CHECK (published IS NOT NULL) NOT VALID")
    validate = sql("ALTER TABLE shop_book VALIDATE CONSTRAINT c")
    assert each([check, validate, operations(PUBLISHED)]) == []
    assert [rule for rule, _ in each([check, operations(PUBLISHED)])] == ["not-null-scan"]


# Work after a lock.


def test_runpython_after_a_column_was_added() -> None:
    found = only("work-under-exclusive-lock", RULES["work-under-exclusive-lock"].bad)
    assert found.message == f"`fill_blurbs` runs while `shop_book` is locked by operation 0 (AddField): {WAITS}"
    assert (found.operation_index, found.relation, found.lock, found.blocks) == (
        1,
        "shop_book",
        "ACCESS EXCLUSIVE",
        Blocks.EVERYTHING,
    )
    assert len(found.related) == 1
    assert found.help == (
        "Move it into a migration of its own, after this one:\n"
        "    dependencies = [('shop', '0002_x')]\n"
        "    migrations.RunPython(fill_blurbs, migrations.RunPython.noop),"
    )


@pytest.mark.parametrize(
    "source",
    [
        operations(ADD_NULL, 'migrations.AddField("book", "more", models.TextField(null=True))'),
        operations(ADD_NULL, "migrations.RunPython(migrations.RunPython.noop)"),
        operations(PART, ADD_NULL),
        "atomic = False\n" + operations(ADD_NULL, PART),
        operations(
            ADD_NULL, "migrations.RunPython(lambda apps, schema_editor: apps.get_model('shop.Tag').objects.create(name='a'))"
        ),
        operations(ADD_NULL, "migrations.RunPython(lambda apps, schema_editor: apps.get_model('shop.Tag').objects.first())"),
        operations(ADD_NULL, "migrations.RunPython(lambda apps, schema_editor: print('done'))"),
        operations(ADD_NULL, "migrations.RunSQL(\"INSERT INTO shop_tag (name) VALUES ('a')\")"),
        operations(ADD_NULL, 'migrations.RunSQL("SELECT 1")'),
    ],
    ids=["brief", "noop", "before the lock", "committed", "one row", "reads one row", "tells", "few rows", "reads nothing"],
)
def test_nothing_long_happens_under_the_lock(source: str) -> None:
    assert each(source) == []


@pytest.mark.parametrize(
    ("later", "work"),
    [
        (ADD_INDEX, "An index is built on `shop_book`"),
        (
            'migrations.AddIndex("author", models.Index(fields=["name"], name="author_name_idx"))',
            "An index is built on `shop_author`",
        ),
        ('migrations.RunSQL("update shop_author set name = name")', "Rows of `shop_author` are changed"),
        ('migrations.RunSQL("delete from shop_review")', "Rows of `shop_review` are deleted"),
        (
            'migrations.RunSQL("insert into shop_tag (name) select title from shop_book")',
            "Rows of `shop_book` are copied to `shop_tag`",
        ),
        ('migrations.AlterField("author", "name", models.CharField(max_length=10))', "`shop_author` is rewritten"),
        (
            'migrations.AddConstraint("tag", models.CheckConstraint(condition=~models.Q(name=""), name="named"))',
            "Every row of `shop_tag` is read and checked",
        ),
    ],
)
def test_table_stays_locked_while_a_later_operation_works(later: str, work: str) -> None:
    found = only("work-under-exclusive-lock", operations(ADD_NULL, later))
    assert found.message == f"{work} while `shop_book` is locked by operation 0 (AddField): {WAITS}"


def test_index_put_off_to_the_end_waits_for_locks_taken_meanwhile() -> None:
    found = only(
        "work-under-exclusive-lock",
        operations(
            'migrations.AddField("book", "slug", models.SlugField(null=True))',
            'migrations.AddField("author", "blurb", models.TextField(null=True))',
        ),
    )
    assert found.message == (
        "An index is built on `shop_book` while `shop_author` is locked by operation 1 (AddField): every read and write of "
        "`shop_author` waits, until the migration commits."
    )
    assert found.help == (
        "Move operation 1 (AddField) and what follows into a migration of its own, after this:\n"
        "    dependencies = [('shop', '0002_x')]"
    )


def test_validation_in_the_transaction_of_not_valid() -> None:
    add, validate = (
        "ALTER TABLE shop_book ADD CONSTRAINT c CHECK (stock > 0) NOT VALID",
        "ALTER TABLE shop_book VALIDATE CONSTRAINT c",
    )
    work = "Every row of `shop_book` is read and checked while `shop_book` is locked by"
    assert each(sql(add, validate)) == [("work-under-exclusive-lock", f"{work} operation 0 (RunSQL): {WAITS}")]
    assert each(sql(f"{add}; {validate}")) == [
        ("work-under-exclusive-lock", f"{work} an earlier statement of the operation: {WAITS}")
    ]


def test_django_updates_rows_after_its_own_alter() -> None:
    source = operations('migrations.AlterField("book", "published", models.DateField(default="2000-01-01"))')
    assert only("work-under-exclusive-lock", source).message == (
        f"Rows of `shop_book` are changed while `shop_book` is locked by an earlier statement of the operation: {WAITS}"
    )
    (found,) = merged(source)
    assert (found.rule, found.also) == ("not-null-scan", ("work-under-exclusive-lock",))


def test_table_that_no_migration_made_is_in_use() -> None:
    texts = ("ALTER TABLE legacy ALTER COLUMN a SET NOT NULL", "CREATE INDEX i ON legacy (a)")
    assert [rule for rule, _ in each(sql(*texts))] == ["not-null-scan", "work-under-exclusive-lock"]


@pytest.mark.parametrize("rule", IDS)
def test_several_targets_share_a_finding(rule: str) -> None:
    impacts = [impacts_of(RULES[rule].bad, target)[0] for target in ("postgresql@15", "postgresql@18")]
    (found,) = Engine([RULES[rule]]).check_migration(impacts)
    assert found.targets == ("postgresql@15", "postgresql@18")


# The advice, followed.


def migrations_in(help: str) -> list[str]:
    """The migrations that the help spells out, in order, as the sources of examples."""
    found = []
    for step in re.split(r"\n(?=\S)", help):
        code = textwrap.dedent("\n".join(line for line in step.splitlines()[1:]))
        if not code or code.startswith(("indexes =", "UPDATE")):
            continue
        if "class Migration" in code:
            function, _, body = code.partition("class Migration(migrations.Migration):\n")
            found.append(f"{function}\n{textwrap.dedent(body)}")
        elif re.search(r"^operations = \[", code, re.MULTILINE):
            found.append(code)
        else:
            imports = "\n".join(re.findall(r"^from .*", code, re.MULTILINE))
            found.append(f"{imports}\noperations = [\n{re.sub(r'^from .*', '', code, flags=re.MULTILINE)}\n]")
    return found


@pytest.mark.parametrize(
    "operation",
    [
        ADD_INDEX,
        'migrations.AlterField("book", "title", models.CharField(max_length=100, db_index=True))',
        'migrations.AddConstraint("book", models.UniqueConstraint(fields=["title"], condition=models.Q(stock=1), name="u"))',
        'migrations.AddConstraint("book", models.UniqueConstraint(models.functions.Lower("title"), name="u"))',
        'migrations.AddConstraint("book", models.UniqueConstraint(fields=["title"], name="u"))',
        'migrations.AddField("book", "code", models.CharField(max_length=9, null=True, unique=True))',
        'migrations.AddField("book", "slug", models.SlugField(null=True))',
        'migrations.AddField("book", "editor", models.ForeignKey("shop.Author", models.CASCADE, null=True, related_name="+"))',
        'migrations.AddField("book", "editor", models.OneToOneField("shop.Author", models.CASCADE, null=True, related_name="+"))',
        'migrations.AlterField("book", "title", models.CharField(max_length=100, unique=True))',
        'migrations.AlterUniqueTogether("book", {("title", "sku")})',
        'migrations.AlterField("book", "sku", models.TextField(db_index=True))',
        'migrations.AlterField("book", "stock", models.BigIntegerField())',
        'migrations.AddField("book", "u", models.UUIDField(db_default=models.Func(function="gen_random_uuid")))',
        'migrations.AlterField("book", "author", models.ForeignKey("shop.Author", models.CASCADE, null=True))',
        'migrations.AlterField("book", "author", models.ForeignKey("shop.Tag", models.CASCADE))',
        'migrations.RenameField("book", "author", "writer")',
        'migrations.RenameModel("Book", "Volume")',
        'migrations.AddField("book", "editor", models.ForeignKey("shop.Author", models.CASCADE, default=1, related_name="+"))',
        'migrations.AddConstraint("book", models.CheckConstraint(condition=models.Q(stock__gte=0), name="c"))',
        'migrations.AddField("book", "left", models.PositiveIntegerField(default=0))',
        'migrations.AlterField("book", "stock", models.PositiveIntegerField())',
        PUBLISHED,
        'migrations.AlterField("book", "published", models.DateField(default="2000-01-01"))',
        'migrations.RunSQL("ALTER TABLE shop_book ALTER COLUMN published SET NOT NULL")',
        'migrations.RunSQL("create unique index a on shop_book (title)")',
        'migrations.RunSQL("alter table shop_book add unique (title)")',
        'migrations.RunSQL("alter table shop_book add check (stock > 0)")',
    ],
)
def test_advice_followed_leaves_nothing_to_find(operation: str) -> None:
    found = merged(operations(operation))[0]
    steps = migrations_in(found.help)
    assert steps
    assert each(steps) == []


@pytest.mark.parametrize(
    "body",
    [
        "apps.get_model('shop.Book').objects.filter(stock=0).update(stock=1)",
        "[print(book.title) for book in apps.get_model('shop.Book').objects.all()]",
        "apps.get_model('shop.Tag').objects.bulk_create([])",
        "__import__('somewhere').work(apps)",
        "schema_editor.execute('UPDATE shop_book SET stock = 1')",
    ],
)
def test_a_function_that_may_take_long_under_the_lock(body: str) -> None:
    source = operations(ADD_NULL, f"migrations.RunPython(lambda apps, schema_editor: {body})")
    assert (
        "work-under-exclusive-lock",
        f"`<lambda>` runs while `shop_book` is locked by operation 0 (AddField): {WAITS}",
    ) in each(source)
