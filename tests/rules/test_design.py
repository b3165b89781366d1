"""What may be regretted later: told where it was asked for, about what a migration leaves, wherever that comes from."""

from __future__ import annotations

import re
from typing import Any

import pytest

from migration_lint import Finding, Severity
from migration_lint.choosing import chosen
from migration_lint.conf import Config
from migration_lint.rules import find_rules
from migration_lint.testing import TARGETS, findings_of

POSTGRESQL, MARIADB, SQLITE, ORACLE = (TARGETS[vendor] for vendor in ("postgresql", "mariadb", "sqlite", "oracle"))
DESIGN = {rule.id: rule for rule in find_rules() if rule.category == "design"}


def found(name: str, *migrations: str, target: str = POSTGRESQL, **options: Any) -> list[Finding]:
    rules = chosen(Config(select=(name,), options={name: options} if options else {}))
    return findings_of(rules, [f"operations = [{each}]" for each in migrations], target)


def said(name: str, *migrations: str, target: str = POSTGRESQL, **options: Any) -> list[str]:
    return [finding.message for finding in found(name, *migrations, target=target, **options)]


def sql(*statements: str) -> str:
    return f"migrations.RunSQL({list(statements)!r}, migrations.RunSQL.noop)"


def model(name: str, *fields: str, options: str = "{}") -> str:
    return f"migrations.CreateModel({name!r}, [{', '.join(fields)}], options={options})"


ID = '("id", models.BigAutoField(primary_key=True))'


def test_design_is_for_those_who_ask() -> None:
    assert all(rule.opt_in and rule.severity is Severity.NOTE for rule in DESIGN.values())
    assert not DESIGN.keys() & {rule.id for rule in chosen(Config())}
    assert DESIGN.keys() == {rule.id for rule in chosen(Config(select=("design",)))}


# small-primary-key


@pytest.mark.parametrize(
    ("target", "key", "kind", "last"),
    [
        (POSTGRESQL, '("id", models.AutoField(primary_key=True))', "integer", "2,147,483,647"),
        (POSTGRESQL, '("number", models.SmallAutoField(primary_key=True))', "smallint", "32,767"),
        (MARIADB, '("id", models.AutoField(primary_key=True))', "integer", "2,147,483,647"),
    ],
)
def test_keys_that_end(target: str, key: str, kind: str, last: str) -> None:
    name = "number" if "number" in key else "id"
    assert said("small-primary-key", model("Shelf", key), target=target) == [
        f"`shop_shelf.{name}` is `{kind}`: after number {last} no row can be added to `shop_shelf`."
    ]


def test_keys_that_end_in_sql_by_hand() -> None:
    [finding] = found("small-primary-key", sql("CREATE TABLE shelf (number serial PRIMARY KEY)"))
    assert finding.message == "`shelf.number` is `serial`: after number 2,147,483,647 no row can be added to `shelf`."
    assert finding.help == "Make `number` a `bigint`."
    unsigned = sql("CREATE TABLE shelf (id int unsigned AUTO_INCREMENT PRIMARY KEY)")
    assert said("small-primary-key", unsigned, target=MARIADB) == [
        "`shelf.id` is `integer unsigned`: after number 4,294,967,295 no row can be added to `shelf`."
    ]


def test_the_help_names_field_and_setting() -> None:
    [finding] = found("small-primary-key", model("Shelf", '("id", models.AutoField(primary_key=True))'))
    assert finding.help.splitlines() == [
        "1. Count in a type that does not end, for `id`:",
        "    models.BigAutoField(primary_key=True)",
        "2. Or for every key that no model defines, in the settings or in the app's `AppConfig` as `default_auto_field`:",
        "    DEFAULT_AUTO_FIELD = 'django.db.models.BigAutoField'",
    ]


@pytest.mark.parametrize(
    "operation",
    [
        model("Shelf", '("code", models.IntegerField(primary_key=True))'),
        model("Page", '("book", models.OneToOneField("shop.Book", models.CASCADE, primary_key=True))'),
        model("Shelf", '("id", models.UUIDField(primary_key=True))'),
        'migrations.AddField("book", "pages", models.IntegerField(null=True))',
        'migrations.AlterField("book", "notes", models.TextField(null=True))',
    ],
)
def test_keys_that_nobody_counts_are_left_alone(operation: str) -> None:
    assert said("small-primary-key", operation) == []


def test_a_table_that_does_not_stay_is_left_alone() -> None:
    key = '("id", models.AutoField(primary_key=True))'
    assert said("small-primary-key", f'{model("Shelf", key)}, migrations.DeleteModel("Shelf")') == []
    widened = 'migrations.AlterField("shelf", "id", models.BigAutoField(primary_key=True))'
    assert said("small-primary-key", f"{model('Shelf', key)}, {widened}") == []


# foreign-key-without-index

BARE = 'models.ForeignKey("shop.Author", models.CASCADE, null=True, db_index=False)'


def test_a_key_without_an_index() -> None:
    [finding] = found("foreign-key-without-index", f'migrations.AddField("review", "author", {BARE})')
    assert finding.message == (
        "No index finds the rows of `shop_review` by `author_id`: deleting a row of `shop_author` reads all of `shop_review`."
    )
    assert finding.help == (
        "Leave `db_index=False` out:\n    models.ForeignKey(null=True, on_delete=models.CASCADE, to='shop.author')"
    )


@pytest.mark.parametrize("target", [POSTGRESQL, SQLITE, ORACLE])
def test_an_index_that_goes(target: str) -> None:
    operation = 'migrations.AlterField("review", "book", models.ForeignKey("shop.Book", models.CASCADE, db_index=False))'
    assert said("foreign-key-without-index", operation, target=target) == [
        "No index finds the rows of `shop_review` by `book_id`: deleting a row of `shop_book` reads all of `shop_review`."
    ]
    [finding] = found("foreign-key-without-index", operation, target=target)
    assert ("AddIndexConcurrently" in finding.help) is (target == POSTGRESQL)


def test_a_key_by_hand() -> None:
    [finding] = found(
        "foreign-key-without-index", sql("ALTER TABLE shop_book ADD FOREIGN KEY (publisher_id) REFERENCES shop_author")
    )
    assert finding.help == (
        'Make one:\n    migrations.RunSQL(\'CREATE INDEX CONCURRENTLY "shop_book_publisher_id_idx" ON "shop_book" ("publisher_id")\'),'
    )


@pytest.mark.parametrize(
    ("operations", "target"),
    [
        ((f'migrations.AddField("review", "author", {BARE})',), MARIADB),
        ((f'migrations.AddField("review", "author", {BARE}), migrations.AddIndex("review", models.Index(fields=["author", "rating"], name="x"))',), POSTGRESQL),
        ((f'migrations.AddField("review", "author", {BARE}), migrations.AlterUniqueTogether("review", {{("author", "book")}})',), POSTGRESQL),
        ((f'migrations.AddField("review", "author", {BARE}), migrations.AddIndex("review", models.Index(fields=["author"], condition=models.Q(author__isnull=False), name="x"))',), POSTGRESQL),
        (('migrations.AddField("review", "author", models.OneToOneField("shop.Author", models.CASCADE, null=True))',), POSTGRESQL),
        ((model("Page", ID, '("book", models.ForeignKey("shop.Book", models.CASCADE))'),), SQLITE),
        (('migrations.AddField("book", "others", models.ManyToManyField("shop.Author", related_name="+"))',), ORACLE),
        # The table is remade with the unique column before the primary key.
        ((model("Page", '("id", models.CharField(max_length=36, primary_key=True))', '("book", models.OneToOneField("shop.Book", models.CASCADE))'), 'migrations.AlterField("page", "id", models.UUIDField(primary_key=True))'), SQLITE),
        (('migrations.AddField("review", "author", models.ForeignKey("shop.Author", models.CASCADE, null=True, db_index=False, db_constraint=False))',), POSTGRESQL),
    ],
)  # fmt: skip
def test_keys_that_an_index_serves(operations: tuple[str, ...], target: str) -> None:
    assert said("foreign-key-without-index", *operations, target=target) == []


def test_a_key_is_told_of_once() -> None:
    rename = 'migrations.RenameField("review", "author", "writer")'
    other = 'migrations.AlterField("review", "rating", models.BigIntegerField(null=True))'
    for target in (POSTGRESQL, SQLITE):
        found_in = found(
            "foreign-key-without-index", f'migrations.AddField("review", "author", {BARE})', rename, other, target=target
        )
        assert [finding.migration for finding in found_in] == ["0002_x"]


# duplicate-index


def index(name: str, *fields: str, more: str = "", table: str = "book") -> str:
    return f"migrations.AddIndex({table!r}, models.Index(fields={list(fields)!r}, name={name!r}{more}))"


@pytest.mark.parametrize("target", TARGETS.values())
def test_an_index_like_another(target: str) -> None:
    assert said("duplicate-index", index("by_isbn", "isbn"), target=target) == [
        "The index `by_isbn` of `shop_book` is needless: the unique constraint on `isbn` has the same columns."
    ]
    assert said("duplicate-index", index("by_title", "-title"), index("by_both", "title", "stock"), target=target) == [
        "The index `by_title` of `shop_book` is needless: `by_both` begins with its columns."
    ]


@pytest.mark.parametrize("target", [POSTGRESQL, SQLITE, ORACLE])
def test_a_keys_index_beside_a_constraint(target: str) -> None:
    constraint = 'models.UniqueConstraint(fields=["book", "rating"], name="once")'
    [finding] = found("duplicate-index", f'migrations.AddConstraint("review", {constraint})', target=target)
    assert finding.message.startswith("The index `shop_review_book_id_")
    assert finding.help == (
        "Have no index of its own for `book`:\n    models.ForeignKey(db_index=False, on_delete=models.CASCADE, to='shop.book')"
    )


def test_the_way_out_of_declared_ones() -> None:
    assert [f.help for f in found("duplicate-index", index("by_isbn", "isbn"))] == ["Leave it out."]
    [finding] = found("duplicate-index", index("by_title", "title"), index("by_both", "title", "stock"))
    assert finding.help == (
        "Take it out of `Meta.indexes`:\n    migrations.RemoveIndex(\n        model_name='book',\n        name='by_title',\n    ),"
    )
    by_hand = found("duplicate-index", sql("CREATE INDEX again ON shop_book (author_id)"))
    assert [f.help for f in by_hand] == ["Leave it out, or drop it."]


def test_two_of_one_operation_are_two_findings() -> None:
    fields = f'{ID}, ("a", models.IntegerField(unique=True)), ("b", models.IntegerField(unique=True))'
    indexes = '{"indexes": [models.Index(fields=["a"], name="by_a"), models.Index(fields=["b"], name="by_b")]}'
    both = found("duplicate-index", model("Shelf", fields, options=indexes))
    assert sorted(finding.message[:16] for finding in both) == ["The index `by_a`", "The index `by_b`"]
    assert len({finding.fingerprint for finding in both}) == 2


@pytest.mark.parametrize(
    "operation",
    [
        index("part", "isbn", more=", condition=models.Q(stock=0)"),
        f"""{index("plain", "title")}, {index("like", "title", more=', opclasses=["varchar_pattern_ops"]')}""",
        index("cover", "isbn", more=', include=["stock"]'),
        index("second", "stock", "isbn"),
        f'{index("mixed", "title", "stock")}, {index("turned", "title", "-stock")}',
        sql("CREATE INDEX h ON shop_book USING hash (isbn)"),
        sql('CREATE INDEX c ON shop_book (isbn COLLATE "C")'),
        sql("CREATE INDEX g ON shop_book USING gin (to_tsvector('simple', title)), b ON shop_book (title)"),
        sql("CREATE INDEX e ON shop_book (lower(isbn))"),
        'migrations.AddField("book", "code", models.CharField(max_length=5, unique=True, null=True))',
        'migrations.AddField("book", "slug", models.SlugField(null=True))',
        'migrations.AddField("book", "others", models.ManyToManyField("shop.Author", related_name="+"))',
        'migrations.AddConstraint("book", models.UniqueConstraint(fields=["sku", "stock"], name="u"))',
        'migrations.RenameField("book", "isbn", "number")',
        'migrations.AlterField("book", "stock", models.BigIntegerField())',
        model("Shelf", ID, '("a", models.IntegerField())', '("b", models.IntegerField())', options='{"unique_together": {("a", "b"), ("b", "a")}}'),
    ],
)  # fmt: skip
def test_indexes_that_are_not_alike(operation: str) -> None:
    assert said("duplicate-index", operation) == []


def test_what_was_there_is_not_told_again() -> None:
    first = index("by_isbn", "isbn")
    renamed = 'migrations.RenameIndex("book", new_name="by_number", old_name="by_isbn")'
    column = 'migrations.RenameField("book", "isbn", "number")'
    for target in (POSTGRESQL, SQLITE):
        later = found(
            "duplicate-index",
            first,
            renamed,
            column,
            'migrations.AlterField("book", "stock", models.BigIntegerField())',
            target=target,
        )
        assert [finding.migration for finding in later] == ["0002_x"]


# wide-index


def test_an_index_over_many_columns() -> None:
    many = index("many", "author", "title", "sku", "price", "stock", "published")
    message = "The index `many` of `shop_book` has 6 columns, all of which every write keeps up to date."
    assert said("wide-index", many) == [message]
    assert said("wide-index", many, columns=6) == []
    assert said("wide-index", index("few", "title", "stock"), columns=1) == [message.replace("many", "few").replace("6", "2")]
    unique = f'migrations.AddConstraint("book", models.UniqueConstraint(fields={["title", "sku", "price"]!r}, name="u"))'
    assert said("wide-index", unique, columns=1) == []


def test_an_index_over_text_of_any_length() -> None:
    [finding] = found("wide-index", 'migrations.AddField("book", "blurb", models.TextField(db_index=True, null=True))')
    assert re.sub(r"_[0-9a-f]{8}", "", finding.message) == (
        "The index `shop_book_blurb` of `shop_book` is over text of any length, `blurb`: a value of more than 2,704 bytes does not fit."
    )
    assert "HashIndex" in finding.help
    assert said("wide-index", sql("CREATE INDEX h ON shop_book USING hash (notes)")) == []
    assert said("wide-index", sql("CREATE INDEX h ON shop_book (md5(notes))")) == []
    assert said("wide-index", index("by_title", "title")) == []
    assert said("wide-index", index("by_notes", "notes"), target=SQLITE) == []


# json-not-jsonb, timestamp-without-timezone


@pytest.mark.parametrize(
    ("name", "kind", "other", "message"),
    [
        ("json-not-jsonb", "json", "jsonb", "`shop_book.x` is `json`: every query that looks into it parses its text, and nothing compares it, so that DISTINCT and GROUP BY fail."),
        ("timestamp-without-timezone", "timestamp", "timestamptz", "`shop_book.x` has no time zone: what is written there depends on the session's."),
    ],
)  # fmt: skip
def test_types_that_are_better_otherwise(name: str, kind: str, other: str, message: str) -> None:
    add = f"ALTER TABLE shop_book ADD COLUMN x {kind}"
    assert said(name, sql(add)) == [message]
    assert said(name, sql(add.replace(f" x {kind}", f" x {other}"))) == []
    assert said(name, sql(f"CREATE TABLE shelf (x {kind})")) == [message.replace("shop_book", "shelf")]
    assert said(name, sql(f"{add.replace(kind, other)}; ALTER TABLE shop_book ALTER x TYPE {kind} USING x::{kind}")) == [
        message
    ]
    renamed = found(name, sql(add), sql("ALTER TABLE shop_book RENAME x TO y"))
    assert [finding.migration for finding in renamed] == ["0002_x"]
    assert said(name, sql(add), sql(f"ALTER TABLE shop_book ALTER x TYPE {other} USING x::{other}"))[1:] == []


def test_djangos_own_types_are_those() -> None:
    fields = ('("a", models.JSONField())', '("b", models.DateTimeField())')
    assert said("json-not-jsonb", model("Shelf", ID, *fields)) == []
    assert said("timestamp-without-timezone", model("Shelf", ID, *fields)) == []


# unnamed-constraint


@pytest.mark.parametrize(
    ("text", "message", "name"),
    [
        ("ALTER TABLE shop_book ADD UNIQUE (title)", "The unique constraint on `title` of `shop_book` has no name: the server makes one up.", "shop_book_title_uniq"),
        ("ALTER TABLE shop_book ADD FOREIGN KEY (publisher_id) REFERENCES shop_author", "The foreign key on `publisher_id` of `shop_book` has no name: the server makes one up.", "shop_book_publisher_id_fk"),
        ("ALTER TABLE shop_book ADD COLUMN x int CHECK (x > 0)", "The check constraint on `x` of `shop_book` has no name: the server makes one up.", "shop_book_x_check"),
        ("CREATE TABLE shelf (a int, UNIQUE (a))", "The unique constraint on `a` of `shelf` has no name: the server makes one up.", "shelf_a_uniq"),
    ],
)  # fmt: skip
def test_constraints_without_a_name(text: str, message: str, name: str) -> None:
    [finding] = found("unnamed-constraint", sql(text))
    assert (finding.message, finding.help) == (message, f"Name it, before what it is:\n    CONSTRAINT {name}")


@pytest.mark.parametrize(
    "operation",
    [
        sql("ALTER TABLE shop_book ADD CONSTRAINT named UNIQUE (title)"),
        sql("ALTER TABLE shop_book ADD COLUMN x int CONSTRAINT named CHECK (x > 0)"),
        sql("ALTER TABLE shop_book ADD COLUMN x int NOT NULL DEFAULT 0"),
        sql("CREATE TABLE shelf (id int PRIMARY KEY, CONSTRAINT a CHECK (id > 0))"),
        'migrations.AddField("book", "x", models.PositiveIntegerField(null=True, unique=True))',
        'migrations.AddField("review", "author", models.ForeignKey("shop.Author", models.CASCADE, null=True))',
    ],
)
def test_constraints_with_a_name_or_of_djangos(operation: str) -> None:
    assert said("unnamed-constraint", operation) == []


# deprecated-unique-together


def test_unique_together() -> None:
    [finding] = found("deprecated-unique-together", 'migrations.AlterUniqueTogether("review", {("book", "rating")})')
    assert (
        finding.message
        == "`unique_together` of `Review` makes a constraint on `book` and `rating` that has no name in the code."
    )
    assert finding.help.splitlines()[:2] == [
        "1. Say it in the model's `Meta`:",
        "    constraints = [models.UniqueConstraint(fields=('book', 'rating'), name='review_book_rating_uniq')]",
    ]
    assert "migrations.AddConstraint(\n" in finding.help
    [new] = found(
        "deprecated-unique-together",
        model("Shelf", ID, '("a", models.IntegerField())', options='{"unique_together": {("id", "a")}}'),
    )
    assert new.help.splitlines()[0] == "Say it in the model's `Meta`:"
    [together] = found(
        "deprecated-unique-together",
        model("Shelf", ID, '("a", models.IntegerField())', options='{"index_together": {("id", "a")}}'),
    )
    assert together.message == "`index_together` of `Shelf` makes an index on `id` and `a` that has no name in the code."


def test_what_leaves_unique_together_is_silent() -> None:
    add = 'migrations.AlterUniqueTogether("review", {("book", "rating")})'
    away = 'migrations.AlterUniqueTogether("review", set())'
    other = 'migrations.AddField("review", "x", models.IntegerField(null=True))'
    assert [finding.migration for finding in found("deprecated-unique-together", add, other, away)] == ["0002_x"]


# reserved-name


def test_words_of_sql() -> None:
    [finding] = found("reserved-name", 'migrations.AddField("book", "order", models.IntegerField(null=True))', target=ORACLE)
    assert finding.message == (
        "`order`, a column of `shop_book`, is a reserved word on PostgreSQL, MySQL, MariaDB, SQLite and Oracle: "
        "SQL written by hand has to quote it."
    )
    assert finding.help == (
        "Call it something else, or give the field another column: `models.IntegerField(db_column='order_value', null=True)`."
    )
    assert said("reserved-name", 'migrations.AlterModelTable("tag", "group")') == [
        "The table's name `group` is a reserved word on PostgreSQL, MySQL, MariaDB, SQLite and Oracle: SQL written by hand has to quote it."
    ]
    assert (
        len(said("reserved-name", model("Shelf", ID, '("from", models.IntegerField())', '("to", models.IntegerField())'))) == 2
    )


def test_the_databases_that_count() -> None:
    rank = 'migrations.AddField("book", "rank", models.IntegerField(null=True))'
    assert said("reserved-name", rank) == [
        "`rank`, a column of `shop_book`, is a reserved word on MySQL: SQL written by hand has to quote it."
    ]
    assert said("reserved-name", rank, databases=["postgresql"]) == []
    key = 'migrations.AddField("book", "user", models.ForeignKey("shop.Author", models.CASCADE, null=True))'
    assert said("reserved-name", key) == []
    assert said("reserved-name", 'migrations.RenameField("book", "stock", "limit")') != []


# naming-pattern


def test_names_of_the_projects_own() -> None:
    constraint = 'migrations.AddConstraint("book", models.CheckConstraint(condition=models.Q(stock__gte=0), name="stocked"))'
    named = (index("by_title", "title"), constraint, 'migrations.AddField("book", "pageCount", models.IntegerField(null=True))')
    assert said("naming-pattern", *named) == []
    assert said("naming-pattern", *named, index=".*_idx", constraint=".*_check", column="[a-z_]+", migration="[0-9]{4}_[a-z]{2,}") == [
        "The index `by_title` is not named as the project names them: `.*_idx`.",
        "The migration `0002_x` is not named as the project names them: `[0-9]{4}_[a-z]{2,}`.",
        "The constraint `stocked` is not named as the project names them: `.*_check`.",
        "The migration `0003_x` is not named as the project names them: `[0-9]{4}_[a-z]{2,}`.",
        "The column `pageCount` is not named as the project names them: `[a-z_]+`.",
        "The migration `0004_x` is not named as the project names them: `[0-9]{4}_[a-z]{2,}`.",
    ]  # fmt: skip
    assert [f.help for f in found("naming-pattern", named[0], index=".*_idx")] == ["Choose a name that matches `.*_idx`."]


def test_names_that_nobody_chose_are_not_judged() -> None:
    made_up = (
        'migrations.AddField("review", "author", models.OneToOneField("shop.Author", models.CASCADE, null=True))',
        'migrations.AddField("book", "slug", models.SlugField(null=True))',
        'migrations.AlterUniqueTogether("review", {("book", "rating")})',
        model("Shelf", ID, '("n", models.PositiveIntegerField())'),
        sql("ALTER TABLE shop_book ADD UNIQUE (title)"),
    )
    for target in TARGETS.values():
        assert said("naming-pattern", *made_up, target=target, index="x", constraint="x") == []
    by_hand = sql("CREATE INDEX by_hand ON shop_book (title)", "ALTER TABLE shop_book ADD CONSTRAINT own UNIQUE (title)")
    assert said("naming-pattern", by_hand, index="x", constraint="x") == [
        "The constraint `own` is not named as the project names them: `x`.",
        "The index `by_hand` is not named as the project names them: `x`.",
    ]
    assert said("naming-pattern", model("Shelf", ID), table="lib_.*") == [
        "The table `shop_shelf` is not named as the project names them: `lib_.*`."
    ]


def test_of_a_table_that_nobody_made_only_what_is_seen_is_judged() -> None:
    assert len(said("json-not-jsonb", sql("ALTER TABLE legacy ADD COLUMN j json"))) == 1
    assert len(said("reserved-name", sql('ALTER TABLE legacy ADD COLUMN "order" int'))) == 1
    assert len(said("naming-pattern", sql("ALTER TABLE legacy ADD COLUMN j json"), column="x", table="x")) == 1
    key = sql("ALTER TABLE legacy ADD FOREIGN KEY (book_id) REFERENCES shop_book")
    assert said("foreign-key-without-index", key) == []
    assert said("duplicate-index", sql("CREATE INDEX a ON legacy (b)"), sql("CREATE INDEX c ON legacy (b)")) == []
    assert said("small-primary-key", sql("ALTER TABLE legacy ADD COLUMN id serial PRIMARY KEY")) == []


def test_a_migration_without_operations() -> None:
    assert findings_of(list(DESIGN.values()), "operations = []") == []
