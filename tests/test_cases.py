"""Small cases that linters of migrations are known to get wrong, each held against what PostgreSQL does."""

from __future__ import annotations

import pytest

from migration_lint import Severity
from migration_lint.rules import find_rules
from migration_lint.testing import findings_of

# What is asked of the rules; the way back is a matter of its own (most RunSQL here has none).
LEFT_OUT = {"irreversible-operation", "dropped-data", "reverse-blocks", "reverse-fails-on-rows", "reverse-loses-data"}

DANGEROUS = {
    "volatile database default": (
        'migrations.AddField("book", "ref", models.UUIDField(db_default=RandomUUID())),',
        {"table-rewrite"},
    ),
    "stored generated column": (
        'migrations.AddField("book", "double", models.GeneratedField(expression=models.F("stock") * 2, output_field=models.IntegerField(), db_persist=True)),',
        {"table-rewrite"},
    ),
    "random() default in RunSQL": (
        'migrations.RunSQL("ALTER TABLE shop_book ADD x float DEFAULT random()"),',
        {"table-rewrite"},
    ),
    "a function nobody listed": (
        'migrations.RunSQL("ALTER TABLE shop_book ADD x int DEFAULT shop_next_number()"),',
        {"table-rewrite"},
    ),
    "check constraint": (
        'migrations.AddConstraint("book", models.CheckConstraint(condition=models.Q(stock__gte=0), name="stock_ok")),',
        {"blocking-constraint-check"},
    ),
    "NOT VALID and VALIDATE together": (
        'AddConstraintNotValid("book", models.CheckConstraint(condition=models.Q(stock__gte=0), name="ok")), ValidateConstraint("book", "ok"),',
        {"work-under-exclusive-lock"},
    ),
    "foreign key in RunSQL": (
        'migrations.RunSQL("ALTER TABLE shop_book ADD FOREIGN KEY (publisher_id) REFERENCES shop_author"),',
        {"blocking-foreign-key-check"},
    ),
    "nullable unique column": (
        'migrations.AddField("book", "code", models.IntegerField(null=True, unique=True)),',
        {"index-build-under-exclusive-lock"},
    ),
    "nullable foreign key builds its index under the lock": (
        'migrations.AddField("book", "editor", models.ForeignKey("shop.Author", models.CASCADE, null=True, related_name="+")),',
        {"index-build-under-exclusive-lock"},
    ),
    "exclusion constraint": (
        'migrations.RunSQL("ALTER TABLE shop_book ADD CONSTRAINT c EXCLUDE USING gist (int4range(stock, stock) WITH &&)"),',
        {"index-build-under-exclusive-lock"},
    ),
    "NOT NULL column, masked by a later one with a database default": (
        'migrations.AddField("book", "x", models.IntegerField(default=0)), migrations.AddField("book", "y", models.IntegerField(db_default=1)),',
        {"required-column-without-default"},
    ),
    "index on an old table after one on a new table": (
        (
            'migrations.CreateModel("B", [("id", models.BigAutoField(primary_key=True)), ("n", models.IntegerField())]),'
            'migrations.AddIndex("b", models.Index(fields=["n"], name="b_n")), migrations.AddIndex("book", models.Index(fields=["stock"], name="book_n")),'
        ),
        {"blocking-index-build"},
    ),
    "unique constraint on an old table after one on a new table": (
        (
            'migrations.CreateModel("B", [("id", models.BigAutoField(primary_key=True)), ("n", models.IntegerField())]),'
            'migrations.AddConstraint("b", models.UniqueConstraint(fields=["n"], name="b_n")),'
            'migrations.AddConstraint("book", models.UniqueConstraint(fields=["stock"], name="book_n")),'
        ),
        {"index-build-under-exclusive-lock"},
    ),
    "CONCURRENTLY in a transaction": (
        'migrations.RunSQL("CREATE INDEX CONCURRENTLY i ON shop_book (stock)"),',
        {"concurrently-in-transaction"},
    ),
    "AddIndexConcurrently in an atomic migration": (
        'AddIndexConcurrently("book", models.Index(fields=["stock"], name="i")),',
        {"concurrently-in-transaction"},
    ),
    "lower-case drop column": ('migrations.RunSQL("alter table shop_book drop column stock"),', {"dropped-column-in-use"}),
    "lower-case create index": ('migrations.RunSQL("create index i on shop_book (stock)"),', {"blocking-index-build"}),
    "rename over two lines": (
        'migrations.RunSQL("ALTER TABLE shop_book\\n RENAME COLUMN stock TO quantity"),',
        {"renamed-column"},
    ),
    "short rename": ('migrations.RunSQL("ALTER TABLE shop_book RENAME stock TO quantity"),', {"renamed-column"}),
    "two subcommands": (
        'migrations.RunSQL("ALTER TABLE shop_book DROP stock, ALTER price TYPE bigint"),',
        {"dropped-column-in-use", "table-rewrite"},
    ),
    "dynamic SQL": (
        "migrations.RunSQL(\"DO $$ BEGIN EXECUTE format('ALTER TABLE %I DROP %I', 'shop_book', 'stock'); END $$\"),",
        {"unread-sql"},
    ),
    "update after a lock": (
        'migrations.AddField("book", "x", models.IntegerField(null=True)), migrations.RunSQL("UPDATE shop_book SET x = 1"),',
        {"work-under-exclusive-lock"},
    ),
    "int to bigint": ('migrations.AlterField("book", "stock", models.BigIntegerField()),', {"table-rewrite"}),
    "varchar narrowed": ('migrations.AlterField("book", "title", models.CharField(max_length=50)),', {"table-rewrite"}),
    "SET NOT NULL": ('migrations.AlterField("review", "rating", models.IntegerField()),', {"not-null-scan"}),
    "foreign key that only becomes nullable": (
        'migrations.AlterField("book", "author", models.ForeignKey("shop.Author", models.CASCADE, null=True)),',
        {"foreign-key-churn"},
    ),
    "nested in SeparateDatabaseAndState": (
        'migrations.SeparateDatabaseAndState(database_operations=[migrations.RunSQL("CREATE INDEX i ON shop_book (stock)")]),',
        {"blocking-index-build"},
    ),
    "set unlogged": ('migrations.RunSQL("ALTER TABLE shop_review SET UNLOGGED"),', {"blocking-maintenance"}),
}

SILENT = {
    "varchar widened": 'migrations.AlterField("book", "title", models.CharField(max_length=200)),',
    "varchar to text": 'migrations.AlterField("book", "title", models.TextField()),',
    "numeric widened": 'migrations.AlterField("book", "price", models.DecimalField(max_digits=12, decimal_places=2)),',
    "NOT NULL column on a table of this migration": (
        'migrations.CreateModel("B", [("id", models.BigAutoField(primary_key=True))]), migrations.AddField("b", "n", models.IntegerField(default=0)),'
    ),
    "index on a table of this migration": (
        'migrations.CreateModel("B", [("id", models.BigAutoField(primary_key=True)), ("n", models.IntegerField())]),'
        'migrations.AddIndex("b", models.Index(fields=["n"], name="b_n")),'
    ),
    "nullable column with a default after a database default": (
        'migrations.AddField("book", "y", models.IntegerField(db_default=1)), migrations.AddField("book", "n", models.IntegerField(null=True, default=5)),'
    ),
    "dangerous words in comments and strings": (
        "migrations.RunSQL(\"-- DROP COLUMN stock NOT NULL\\nSELECT 'ALTER TABLE shop_book DROP COLUMN stock' /* CREATE INDEX */\", migrations.RunSQL.noop),"
    ),
    "a comment on a column": 'migrations.AlterField("book", "stock", models.IntegerField(db_comment="will become NOT NULL in 2.0")),',
    "CREATE TABLE with NOT NULL columns": (
        'migrations.RunSQL("CREATE TABLE other (\\n id int NOT NULL,\\n a text NOT NULL)", "DROP TABLE other"),'
    ),
    "the drop is the way back": 'migrations.RunSQL("ALTER TABLE shop_book ADD COLUMN x int NULL", "ALTER TABLE shop_book DROP COLUMN x"),',
    "now() default": 'migrations.AddField("book", "added", models.DateTimeField(db_default=Now())),',
    "state only": 'migrations.SeparateDatabaseAndState(state_operations=[migrations.RemoveField("book", "publisher_id")]),',
    "NOT NULL DEFAULT in the other order": 'migrations.RunSQL("ALTER TABLE shop_book ADD COLUMN x integer NOT NULL DEFAULT 0", migrations.RunSQL.noop),',
    "a domain with NOT NULL": 'migrations.RunSQL("CREATE DOMAIN d AS text NOT NULL", "DROP DOMAIN d"),',
    "correct historical models": (
        "migrations.RunPython(lambda apps, schema_editor: apps.get_model('shop', 'Book').objects.filter(stock=0).update(stock=1), migrations.RunPython.noop),"
    ),
}

IMPORTS = """
from uuid import uuid4
from django.db.models import Func
from django.db.models.functions import Now
class RandomUUID(Func):
    template = "gen_random_uuid()"
    output_field = models.UUIDField()
"""


# What is no hazard for the table, but has to be said.
WARNED = {
    "callable default of a nullable column": (
        'migrations.AddField("book", "ref", models.UUIDField(default=uuid4, null=True)),',
        {"one-default-for-all-rows"},
    ),
    "NOT VALID alone": (
        'AddConstraintNotValid("book", models.CheckConstraint(condition=models.Q(stock__gte=0), name="ok")),',
        {"never-validated-constraint", "new-constraint-rejects-old-writes"},
    ),
    "a required column leaves the state": (
        'migrations.SeparateDatabaseAndState(state_operations=[migrations.RemoveField("book", "stock")]),',
        {"required-column-dropped"},
    ),
}


def rules_found(
    sources: str | list[str], atomic: bool = True, release: bool = False, least: Severity = Severity.WARNING
) -> set[str]:
    texts = [sources] if isinstance(sources, str) else sources
    migrations = [f"{IMPORTS}\natomic = {atomic}\noperations = [{text}]" for text in texts]
    found = findings_of([rule for rule in find_rules() if not rule.opt_in], migrations, release=release)
    return {rule for finding in found if finding.severity >= least for rule in (finding.rule, *finding.also)} - LEFT_OUT


@pytest.mark.parametrize("name", DANGEROUS)
def test_what_is_dangerous_is_found(name: str) -> None:
    source, expected = DANGEROUS[name]
    assert expected <= rules_found(source)


@pytest.mark.parametrize("name", SILENT)
def test_what_is_safe_is_left_in_peace(name: str) -> None:
    assert rules_found(SILENT[name]) == set()


@pytest.mark.parametrize("name", WARNED)
def test_what_is_warned_of(name: str) -> None:
    source, expected = WARNED[name]
    assert rules_found(source) == expected


def test_the_safe_way_to_a_unique_constraint() -> None:
    sent = '["DROP INDEX CONCURRENTLY IF EXISTS u", "CREATE UNIQUE INDEX CONCURRENTLY u ON shop_book (stock)"]'
    build = f'migrations.RunSQL({sent}, "DROP INDEX u"),'
    use = 'migrations.RunSQL("ALTER TABLE shop_book ADD CONSTRAINT u UNIQUE USING INDEX u", "ALTER TABLE shop_book DROP CONSTRAINT u"),'
    assert rules_found(build, atomic=False) == {"fails-on-existing-rows", "new-constraint-rejects-old-writes"}
    assert rules_found(use) == set()


def test_the_safe_way_to_not_null() -> None:
    add = 'AddConstraintNotValid("review", models.CheckConstraint(condition=models.Q(rating__isnull=False), name="c")),'
    steps = [add, 'ValidateConstraint("review", "c"),', 'migrations.AlterField("review", "rating", models.IntegerField()),']
    assert rules_found(steps) == {"null-no-longer-allowed"}


def test_what_one_release_makes_is_new_to_all_its_migrations() -> None:
    create = 'migrations.CreateModel("B", [("id", models.BigAutoField(primary_key=True)), ("n", models.IntegerField())]),'
    index = 'migrations.AddIndex("b", models.Index(fields=["n"], name="b_n")),'
    assert rules_found([create, index], release=True) == set()
    assert rules_found([create, index], release=False) == {"blocking-index-build"}


def test_a_column_leaves_in_two_releases() -> None:
    state = 'migrations.SeparateDatabaseAndState(state_operations=[migrations.RemoveField("book", "publisher_id")]),'
    database = 'migrations.RunSQL("ALTER TABLE shop_book DROP COLUMN publisher_id", migrations.RunSQL.noop),'
    assert rules_found([state, database], release=False) == set()
    assert "dropped-column-in-use" in rules_found([state, database], release=True)


def test_the_order_decides() -> None:
    """An index first and the lock on another table after it: nothing is built under an exclusive lock."""
    source = 'migrations.AddIndex("book", models.Index(fields=["stock"], name="i")), migrations.AddField("author", "x", models.IntegerField(null=True)),'
    assert rules_found(source) == {"blocking-index-build"}
