"""A release's models go on working on a migrated PostgreSQL, or fail exactly where the rules say so, model by model."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from migration_lint.compatibility import Break, How, breaks, catalogs, changed, needs
from migration_lint.engine import Engine
from migration_lint.rules import find_rules
from migration_lint.testing import impacts_of
from migration_lint.types import CODE_FIRST
from tests import bookshop, deployed

TARGET = "postgresql@15"
RULES = [rule for rule in find_rules() if rule.category == "compatibility"]


def ops(*lines: str) -> str:
    return f"operations = [{', '.join(lines)}]"


def sql(*texts: str) -> str:
    return ops(*(f"migrations.RunSQL({text!r}, migrations.RunSQL.noop)" for text in texts))


CASES = {
    "add nullable": ops('migrations.AddField("book", "x", models.IntegerField(null=True))'),
    "add with default": ops('migrations.AddField("book", "x", models.IntegerField(default=1))'),
    "add with database default": ops('migrations.AddField("book", "x", models.IntegerField(db_default=1))'),
    "add key": ops('migrations.AddField("review", "author", models.ForeignKey("shop.Author", models.CASCADE, null=True))'),
    "add many to many": ops('migrations.AddField("author", "tags", models.ManyToManyField("shop.Tag"))'),
    "add unique nullable": ops('migrations.AddField("book", "x", models.IntegerField(null=True, unique=True))'),
    "create": ops('migrations.CreateModel("New", [("id", models.BigAutoField(primary_key=True)), ("book", models.ForeignKey("shop.Book", models.CASCADE))])'),
    "order": ops('migrations.AlterOrderWithRespectTo("review", "book")'),
    "remove": ops('migrations.RemoveField("review", "rating")'),
    "remove key": ops('migrations.RemoveField("review", "book")'),
    "remove many to many": ops('migrations.RemoveField("book", "tags")'),
    "delete": ops('migrations.DeleteModel("review")'),
    "remove and delete": ops('migrations.RemoveField("review", "book")', 'migrations.DeleteModel("review")'),
    "rename field": ops('migrations.RenameField("book", "stock", "quantity")'),
    "rename model": ops('migrations.RenameModel("Book", "Title")'),
    "rename and keep": ops('migrations.AlterModelTable("review", "shop_review")', 'migrations.RenameModel("Review", "Opinion")'),
    "db_table": ops('migrations.AlterModelTable("review", "reviews")'),
    "there and back": ops('migrations.AlterModelTable("review", "reviews")', 'migrations.AlterModelTable("review", "shop_review")'),
    "db_column": ops('migrations.AlterField("book", "stock", models.IntegerField(db_column="qty"))'),
    "not null": ops('migrations.AlterField("book", "published", models.DateField(default="2000-01-01"))'),
    "not null of a constraint": sql("ALTER TABLE shop_book ADD CONSTRAINT c CHECK (published IS NOT NULL) NOT VALID"),
    "nullable": ops('migrations.AlterField("book", "stock", models.IntegerField(null=True))'),
    "not null and back": sql("ALTER TABLE shop_review ALTER rating SET NOT NULL", "ALTER TABLE shop_review ALTER rating DROP NOT NULL"),
    "longer": ops('migrations.AlterField("book", "title", models.CharField(max_length=200))'),
    "shorter": ops('migrations.AlterField("book", "title", models.CharField(max_length=99))'),
    "text to varchar": ops('migrations.AlterField("book", "notes", models.CharField(max_length=2000))'),
    "varchar to text": ops('migrations.AlterField("book", "title", models.TextField())'),
    "bigger integer": ops('migrations.AlterField("book", "stock", models.BigIntegerField())'),
    "smaller integer": ops('migrations.AlterField("book", "stock", models.SmallIntegerField())'),
    "integer to decimal": ops('migrations.AlterField("book", "stock", models.DecimalField(max_digits=12, decimal_places=2))'),
    "integer to short decimal": ops('migrations.AlterField("book", "stock", models.DecimalField(max_digits=10, decimal_places=2))'),
    "integer to float": ops('migrations.AlterField("book", "stock", models.FloatField())'),
    "integer to text": ops('migrations.AlterField("book", "stock", models.CharField(max_length=20))'),
    "integer to boolean": sql("ALTER TABLE shop_book ALTER stock TYPE boolean USING stock > 0"),
    "date to timestamp": ops('migrations.AlterField("book", "published", models.DateTimeField(null=True))'),
    "more digits": ops('migrations.AlterField("book", "price", models.DecimalField(max_digits=12, decimal_places=2))'),
    "fewer digits": ops('migrations.AlterField("book", "price", models.DecimalField(max_digits=9, decimal_places=2))'),
    "another scale": ops('migrations.AlterField("book", "price", models.DecimalField(max_digits=10, decimal_places=1))'),
    "decimal to float": ops('migrations.AlterField("book", "price", models.FloatField())'),
    "positive": ops('migrations.AlterField("book", "stock", models.PositiveIntegerField())'),
    "unique": ops('migrations.AlterField("book", "title", models.CharField(max_length=100, unique=True))'),
    "unique together": ops('migrations.AlterUniqueTogether("book", {("author", "title")})'),
    "unique with a unique column": ops('migrations.AlterUniqueTogether("book", {("isbn", "title")})'),
    "unique in part": ops('migrations.AddConstraint("book", models.UniqueConstraint(fields=["title"], condition=models.Q(stock__gt=0), name="c"))'),
    "unique index": sql("CREATE UNIQUE INDEX c ON shop_tag (name)"),
    "unique of a new column": sql("ALTER TABLE shop_tag ADD kind integer NULL", "CREATE UNIQUE INDEX c ON shop_tag (kind, name)"),
    "check": ops('migrations.AddConstraint("review", models.CheckConstraint(condition=models.Q(rating__range=(1, 5)), name="c"))'),
    "no longer unique": ops('migrations.AlterField("book", "isbn", models.CharField(max_length=20))'),
    "index": ops('migrations.AddIndex("book", models.Index(fields=["title"], name="i"))'),
    "column to key": sql("UPDATE shop_book SET publisher_id = NULL",
                         "ALTER TABLE shop_book ADD FOREIGN KEY (publisher_id) REFERENCES shop_author NOT VALID"),
    "no identity": sql("ALTER TABLE shop_tag ALTER id DROP IDENTITY"),
    "swapped": sql("ALTER TABLE shop_book ADD stock_new bigint NOT NULL DEFAULT 0", "ALTER TABLE shop_book DROP stock",
                   "ALTER TABLE shop_book RENAME COLUMN stock_new TO stock"),
    "swapped for another type": sql("ALTER TABLE shop_book DROP stock", "ALTER TABLE shop_book ADD stock date"),
    "old one left behind": sql("ALTER TABLE shop_book RENAME stock TO old", "ALTER TABLE shop_book ADD stock integer"),
    "dropped and made again without": sql("ALTER TABLE shop_book DROP CONSTRAINT shop_book_isbn_key"),
    "view in place": sql("ALTER TABLE shop_review RENAME TO opinion", "CREATE VIEW shop_review AS SELECT * FROM opinion"),
    "view with less": sql("ALTER TABLE shop_review RENAME TO opinion", "CREATE VIEW shop_review AS SELECT id, book_id FROM opinion"),
    "another schema": sql("CREATE SCHEMA archive", "ALTER TABLE shop_review SET SCHEMA archive"),
    "another table": sql("DROP TABLE shop_review", "CREATE TABLE shop_review (id bigserial PRIMARY KEY, body text)"),
    "cascade": sql("DROP TABLE shop_author CASCADE"),
    "state alone": ops('migrations.SeparateDatabaseAndState(state_operations=[migrations.RemoveField("book", "stock")])'),
    "database alone": ops('migrations.SeparateDatabaseAndState(database_operations=[migrations.RemoveField("book", "stock")])'),
    "renamed, then dropped": ops('migrations.RenameModel("Review", "Opinion")', 'migrations.RemoveField("opinion", "body")'),
}  # fmt: skip
CASES |= {f"{rule.id}, {name}": text for rule in RULES for name, text in (("bad", rule.bad), ("good", rule.good)) if text}
# Done one after the other in one release, or in two: what came before is deployed.
BEFORE = {
    "column in the next release": (
        """migrations.AlterField("book", "stock", models.IntegerField(null=True)),
           migrations.SeparateDatabaseAndState(state_operations=[migrations.RemoveField("book", "stock")])""",
        sql("ALTER TABLE shop_book DROP stock"),
    ),
    "shorter in the next release": (
        'migrations.SeparateDatabaseAndState(state_operations=[migrations.AlterField("book", "title", models.CharField(max_length=50))])',
        sql("ALTER TABLE shop_book ALTER title TYPE varchar(50)"),
    ),
    "database default": (
        'migrations.AddField("tag", "kind", models.IntegerField(db_default=1))',
        ops('migrations.AlterField("tag", "kind", models.IntegerField())'),
    ),
    "expression": (
        'migrations.AddField("tag", "kind", models.GeneratedField(expression=models.F("id") * 2, output_field=models.BigIntegerField(), db_persist=True))',
        sql("ALTER TABLE shop_tag ALTER kind DROP EXPRESSION", "ALTER TABLE shop_tag ALTER kind SET NOT NULL"),
    ),
    "json to text": (
        'migrations.AddField("tag", "data", models.JSONField(default=dict))',
        ops('migrations.AlterField("tag", "data", models.TextField())'),
    ),
    "uuid to text": (
        'migrations.AddField("tag", "key", models.UUIDField(null=True))',
        ops('migrations.AlterField("tag", "key", models.CharField(max_length=36, null=True))'),
    ),
    "key without its constraint": (
        'migrations.AddField("tag", "author", models.ForeignKey("shop.Author", models.CASCADE, null=True, db_constraint=False))',
        ops('migrations.AlterField("tag", "author", models.ForeignKey("shop.Author", models.CASCADE, null=True))'),
    ),
}


@pytest.fixture(scope="module")
def shop(django_db_blocker: Any) -> Iterator[Any]:
    """A connection to a database with the bookshop in it."""
    with deployed.database(django_db_blocker) as connection:
        with connection.cursor() as cursor:
            for statement in bookshop.statements(TARGET):
                cursor.execute(statement)
        yield connection


def loose(broken: list[Break]) -> set[str]:
    """The models of which any INSERT may fail: a value of another kind is written, or a key that is not there."""
    keyed = [each for each in broken if each.how is How.CONSTRAINED and each.now[0] == "foreign key"]
    return {each.model.name for each in (*(each for each in broken if each.how is How.RETYPED), *keyed)}


def deploy(connection: Any, *sources: str) -> None:
    """The database first: the old models on what the last migration leaves."""
    *earlier, migration = impacts_of(list(sources), TARGET)
    models = deployed.classes(migration.models_before)
    tables = {table.name for table in changed(catalogs(migration), migration.timeline)}
    with transaction.atomic(using=deployed.ALIAS):
        for each in earlier:
            deployed.run(connection, each)
        keys = deployed.fill(models)
        connection.cursor().execute("SET CONSTRAINTS ALL IMMEDIATE")
        assert not earlier or deployed.failing(models, keys, tables) == set(), "the models do not work as it is"
        deployed.run(connection, migration)
        observed = deployed.failing(models, keys, tables)
        transaction.set_rollback(True, using=deployed.ALIAS)
    broken = [each for group in breaks(migration, *How) for each in group]
    said = deployed.settled(deployed.predicted(broken), loose(broken))
    assert deployed.settled(observed, loose(broken)) == said, [(each.how, each.subject, each.column) for each in broken]
    reported = {finding.rule for finding in Engine(RULES).check_migration([migration])}
    assert bool(reported - {"required-column-dropped", "renamed-content-type"}) == bool(said)


def deploy_code_first(connection: Any, *sources: str) -> None:
    """The code first: the new models on what the last migration finds."""
    *earlier, migration = impacts_of(list(sources), TARGET, deploy_order=CODE_FIRST)
    models = deployed.classes(migration.models_after)
    tables = {table.name for table in changed(catalogs(migration), migration.timeline)}
    with transaction.atomic(using=deployed.ALIAS):
        for each in earlier:
            deployed.run(connection, each)
        keys = deployed.fill(deployed.classes(migration.models_before))
        connection.cursor().execute("SET CONSTRAINTS ALL IMMEDIATE")
        renamed = [table for table in migration.after.tables.values() if table.former_names]
        keys |= {table.name: keys[old] for table in renamed for _, old in table.former_names if old in keys}
        observed = deployed.failing(models, keys, tables)
        transaction.set_rollback(True, using=deployed.ALIAS)
    missed = [each for group in needs(migration) for each in group]
    said = deployed.settled(deployed.predicted(missed), loose(missed))
    assert deployed.settled(observed, loose(missed)) == said, [(each.how, each.subject, each.column) for each in missed]
    reported = {finding.rule for finding in Engine(RULES).check_migration([migration])}
    assert reported - {"required-column-dropped", "renamed-content-type"} == ({"new-code-breaks"} if said else set())


@pytest.mark.parametrize("case", CASES)
def test_running_release_fails_where_it_is_said(case: str, shop: Any) -> None:
    deploy(shop, CASES[case])


@pytest.mark.parametrize("case", BEFORE)
def test_second_release(case: str, shop: Any) -> None:
    first, second = BEFORE[case]
    deploy(shop, ops(first), second)


@pytest.mark.parametrize(
    "case", [case for case in CASES if "," not in case and "RunSQL" not in CASES[case] and "Separate" not in CASES[case]]
)
def test_new_release_fails_where_it_is_said(case: str, shop: Any) -> None:
    deploy_code_first(shop, CASES[case])
