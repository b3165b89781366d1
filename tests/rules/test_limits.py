"""What a backend cannot hold: names, keys, rows, types, statements."""

from __future__ import annotations

import importlib
from typing import Any

import django
import pytest

from migration_lint import Finding
from migration_lint.backends import Limit
from migration_lint.rules import find_rules, rules_in
from migration_lint.testing import findings_of
from tests.data.limits import VERSIONS, limits, refused

CASES = [pytest.param(vendor, limit, id=f"{vendor}-{limit.id}") for vendor, limit in limits()]


def found(name: str, target: str, *lines: str) -> list[Finding]:
    rule = next(rules_in(importlib.import_module(f"migration_lint.rules.{name.replace('-', '_')}")))()
    return findings_of(rule, f"operations = [{', '.join(lines)}]", target)


def said(name: str, target: str, *lines: str) -> list[tuple[str, str]]:
    return [(str(finding.severity), finding.message) for finding in found(name, target, *lines)]


def run_sql(*sql: str) -> str:
    return f"migrations.RunSQL({list(sql)!r}, migrations.RunSQL.noop)"


# The limits in the fact files.


@pytest.mark.parametrize(("vendor", "limit"), CASES)
def test_a_probe_meets_its_limit_and_no_other(vendor: str, limit: Limit) -> None:
    held = [version for version in VERSIONS[vendor] if limit.holds_for(version)]
    assert held
    for version in held:
        assert [refusal.fact for refusal in refused(vendor, version, *limit.setup, limit.probe)] == [limit.id]


@pytest.mark.parametrize(("vendor", "limit"), CASES)
def test_a_limit_ends_with_its_versions(vendor: str, limit: Limit) -> None:
    for version in VERSIONS[vendor]:
        if not limit.holds_for(version):
            assert limit.id not in [refusal.fact for refusal in refused(vendor, version, *limit.setup, limit.probe)]


@pytest.mark.parametrize(("vendor", "limit"), CASES)
def test_a_limit_says_what_it_has_to(vendor: str, limit: Limit) -> None:
    assert limit.rule in {rule.id for rule in find_rules()}
    assert limit.source.startswith("https://")
    assert limit.probe
    (refusal,) = refused(vendor, next(v for v in VERSIONS[vendor] if limit.holds_for(v)), *limit.setup, limit.probe)
    assert refusal.message.endswith(".")
    assert "None" not in refusal.message + refusal.help
    assert "``" not in refusal.message


# index-key-too-long


def test_key_of_several_columns() -> None:
    url = 'migrations.AddField("book", "url", models.URLField(max_length=1000, null=True))'
    index = 'migrations.AddIndex("book", models.Index(fields=["publisher_id", "url"], name="book_url_idx"))'
    message = (
        "The key `book_url_idx` of `shop_book` over `publisher_id`, `url` takes 4008 bytes in utf8mb4, and a key has at most 3072. "
        "The server refuses the statement: error 1071."
    )
    for target in ("mysql@8.4", "mariadb@10.11"):
        assert said("index-key-too-long", target, url, index) == [("error", message)]
    for target in ("postgresql@16", "sqlite@3.40"):
        assert said("index-key-too-long", target, url, index) == []


@pytest.mark.parametrize(
    ("length", "expected"),
    [(768, []), (769, ["warning"])],
)
def test_a_long_unique_column_becomes_a_hash_on_mariadb(length: int, expected: list[str]) -> None:
    field = f'migrations.AddField("book", "url", models.CharField(max_length={length}, null=True, unique=True))'
    assert [severity for severity, _ in said("index-key-too-long", "mariadb@10.11", field)] == expected


def test_what_the_character_set_and_the_prefix_leave_room_for() -> None:
    table = "CREATE TABLE shelf (a varchar(1000)) {}"
    for options, index, expected in (
        ("CHARACTER SET utf8mb4", "a", ["index: btree, too long"]),
        ("CHARACTER SET utf8mb3", "a", []),
        ("CHARACTER SET latin1", "a", []),
        ("COLLATE latin1_swedish_ci", "a", []),
        ("", "a(768)", []),
        ("ROW_FORMAT=COMPACT", "a(191)", []),
        ("ROW_FORMAT=COMPACT", "a(192)", ["index: btree, column too long"]),
    ):
        texts = (table.format(options), f"CREATE INDEX i ON shelf ({index})")
        assert [refusal.fact for refusal in refused("mysql", (8, 4), *texts)] == expected, options


def test_an_index_that_was_too_long_already_is_not_told_again() -> None:
    texts = ("CREATE TABLE t (a varchar(900), b integer, UNIQUE u (a, b))", "ALTER TABLE t MODIFY b bigint")
    assert refused("mariadb", (10, 11), *texts) == []
    texts = ("CREATE TABLE t (a varchar(20), b integer, INDEX i (a, b))", "ALTER TABLE t MODIFY a varchar(900)")
    assert [refusal.fact for refusal in refused("mariadb", (10, 11), *texts)] == [
        "index: btree, plain, several columns, too long"
    ]


# row-too-large


def test_row_of_many_columns() -> None:
    columns = ", ".join(f"c{number} varchar(255) NOT NULL" for number in range(65))
    (refusal,) = refused("mysql", (8, 4), f"CREATE TABLE t ({columns})")
    assert (refusal.rule, refusal.message) == (
        "row-too-large",
        (
            "A row of `t` takes 66430 bytes or more, and has at most 65535, not counting what a TEXT or BLOB holds. The server refuses the "
            "statement: error 1118."
        ),
    )
    columns = ", ".join(f"c{number} varchar(255) NOT NULL" for number in range(64))
    assert refused("mysql", (8, 4), f"CREATE TABLE t ({columns})") == []


def test_one_long_column() -> None:
    field = 'migrations.AddField("book", "summary", models.CharField(max_length=20000, null=True))'
    message = (
        "`shop_book.summary` has 20000 characters, and a varchar has at most 16383 in its character set. The server refuses the "
        "statement: error 1074."
    )
    assert said("row-too-large", "mariadb@10.11", field) == [("error", message)]
    assert said("row-too-large", "postgresql@16", field) == []


# unindexable-type


def test_index_on_text() -> None:
    index = 'migrations.AddIndex("book", models.Index(fields=["notes"], name="book_notes_idx"))'
    assert said("unindexable-type", "mysql@8.4", index) == [
        (
            "error",
            (
                "`shop_book.notes` is `longtext`, which an index holds a part of only, and `book_notes_idx` does not say how much. The "
                "server refuses the statement: error 1170."
            ),
        )
    ]
    assert said("unindexable-type", "mariadb@10.11", index) == [
        (
            "warning",
            (
                "`shop_book.notes` is `longtext`: the server makes `book_notes_idx` an index of its first characters alone, 768 in utf8mb4, "
                "and says so only in a note (1071)."
            ),
        )
    ]
    assert said("unindexable-type", "postgresql@16", index) == []


def test_json_on_each() -> None:
    field = 'migrations.AddField("book", "extra", models.JSONField(null=True))'
    index = 'migrations.AddIndex("book", models.Index(fields=["extra"], name="book_extra_idx"))'
    assert [severity for severity, _ in said("unindexable-type", "mysql@8.4", field, index)] == ["error"]
    assert [severity for severity, _ in said("unindexable-type", "mariadb@10.11", field, index)] == ["warning"]
    assert said("unindexable-type", "postgresql@16", field, index) == []  # jsonb has an order


@pytest.mark.parametrize(
    "index", ["CREATE INDEX i ON t USING gin (a)", "CREATE INDEX i ON t ((a ->> 'x'))", "CREATE INDEX i ON t (a my_ops)"]
)
def test_indexes_that_hold_json(index: str) -> None:
    assert refused("postgresql", (16,), "CREATE TABLE t (a json)", index) == []


# foreign-key-type-mismatch


def references(child: str, parent: str, vendor: str, version: tuple[int, ...], options: str = "") -> list[str]:
    texts = (
        f"CREATE TABLE p (k {parent} UNIQUE) {options}",
        f"CREATE TABLE t (a {child})",
        "ALTER TABLE t ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES p (k)",
    )
    return [refusal.rule for refusal in refused(vendor, version, *texts)]


# Measured on PostgreSQL 15 and MariaDB 10.11.
REFER = {
    "postgresql": [("integer", "bigint"), ("bigint", "integer"), ("integer", "numeric"), ("varchar(5)", "text"),
                   ("date", "timestamp"), ("uuid", "uuid"), ("macaddr", "bigint")],
    "mariadb": [("bigint", "bigint"), ("varchar(50)", "varchar(20)"), ("char(20)", "varchar(20)"), ("uuid", "uuid"),
                ("varchar(20) CHARACTER SET utf8mb4", "varchar(20)")],
}  # fmt: skip
DO_NOT = {
    "postgresql": [("uuid", "bigint"), ("varchar(5)", "integer"), ("numeric", "integer"), ("uuid", "varchar(36)")],
    "mariadb": [("integer", "bigint"), ("bigint", "bigint unsigned"), ("char(32)", "uuid"),
                ("varchar(20) CHARACTER SET latin1", "varchar(20)"),
                ("varchar(20) COLLATE utf8mb4_bin", "varchar(20) COLLATE utf8mb4_general_ci")],
}  # fmt: skip


@pytest.mark.parametrize("vendor", REFER)
def test_types_that_may_refer_to_each_other(vendor: str) -> None:
    version = VERSIONS[vendor][1]
    assert [pair for pair in REFER[vendor] if references(*pair, vendor, version)] == []
    assert [pair for pair in DO_NOT[vendor] if references(*pair, vendor, version) != ["foreign-key-type-mismatch"]] == []


def test_what_is_not_known_is_not_judged() -> None:
    key = "ALTER TABLE t ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES p (k)"
    assert refused("mysql", (8, 4), "CREATE TABLE t (a integer)", key) == []  # nobody made p
    assert refused("mysql", (8, 4), "CREATE TABLE p (k bigint UNIQUE)", key) == []  # nobody made t


# server-refuses


def test_dropping_one_column_of_a_unique_key() -> None:
    together = 'migrations.AlterUniqueTogether("book", {("title", "stock")})'
    drop = 'migrations.RemoveField("book", "stock")'
    keep = 'migrations.AlterUniqueTogether("book", set())'
    (finding,) = found("server-refuses", "mariadb@10.11", together, drop)
    assert finding.message.startswith("`shop_book.stock` is one of several columns of the unique key `shop_book_title_stock_")
    assert finding.message.endswith("The server refuses the statement: error 1072.")
    assert found("server-refuses", "mariadb@10.11", together, keep, drop) == []
    assert found("server-refuses", "mysql@8.4", together, drop) == []  # MySQL takes it out of the key


@pytest.mark.parametrize(
    ("vendor", "setup", "sql"),
    [
        ("mariadb", "CREATE TABLE t (a integer, b integer, c integer, UNIQUE u (a, b))", "ALTER TABLE t DROP COLUMN a, DROP KEY u"),
        ("mariadb", "CREATE TABLE t (a integer, b integer, c integer, UNIQUE u (a, b))", "ALTER TABLE t DROP a, DROP b"),
        ("mariadb", "CREATE TABLE t (a integer, b integer, UNIQUE u (a))", "ALTER TABLE t DROP COLUMN a"),
        ("mariadb", "CREATE TABLE t (a integer, b integer, INDEX u (a, b))", "ALTER TABLE t DROP COLUMN a"),
        ("mariadb", "CREATE TABLE t (a integer, b integer, CONSTRAINT c CHECK (a < 5))", "ALTER TABLE t DROP COLUMN a"),
        ("mariadb", "CREATE TABLE t (a integer CHECK (a < b), b integer)", "ALTER TABLE t DROP COLUMN a"),
        ("mariadb", "CREATE TABLE t (a integer, b integer, CONSTRAINT c CHECK (a < b))", "ALTER TABLE t DROP a, DROP CONSTRAINT c"),
        ("mariadb", "CREATE TABLE t (a integer, b integer, CONSTRAINT c CHECK (a < b))", "ALTER TABLE t RENAME COLUMN a TO x"),
        ("sqlite", "CREATE TABLE t (a integer CHECK (a < 5), b integer)", "ALTER TABLE t DROP COLUMN a"),
        ("sqlite", "CREATE TABLE t (a integer, b integer, c integer UNIQUE)", "ALTER TABLE t DROP COLUMN a"),
        ("postgresql", "CREATE TABLE t (a integer, b integer, UNIQUE (a, b))", "ALTER TABLE t DROP COLUMN a"),
        ("postgresql", "CREATE TABLE t (a integer, b integer GENERATED ALWAYS AS (a) STORED)", "ALTER TABLE t DROP a CASCADE"),
    ],
)  # fmt: skip
def test_what_the_server_takes(vendor: str, setup: str, sql: str) -> None:
    assert refused(vendor, VERSIONS[vendor][2], setup, sql) == []


def test_key_kept_while_its_type_changes() -> None:
    change = run_sql("ALTER TABLE shop_review MODIFY book_id integer NOT NULL")
    (finding,) = found("server-refuses", "mysql@8.4", change)
    assert finding.message.endswith(
        "is on `shop_review.book_id`, whose type cannot be changed meanwhile. The server refuses the statement: error 1832."
    )
    django_does_it = 'migrations.AlterField("book", "id", models.AutoField(primary_key=True))'
    for target in ("mysql@8.4", "mariadb@10.11"):
        assert found("server-refuses", target, django_does_it) == []


def test_key_of_a_renamed_table_keeps_its_name() -> None:
    """Names of foreign keys are unique in a database, and are not renamed with their table."""
    rename = run_sql("ALTER TABLE shop_review ADD CONSTRAINT again_fk FOREIGN KEY (book_id) REFERENCES shop_book (id)",
                     "RENAME TABLE shop_review TO shop_opinion")  # fmt: skip
    again = run_sql(
        "CREATE TABLE shop_review (id bigint PRIMARY KEY, book_id bigint)",
        "ALTER TABLE shop_review ADD CONSTRAINT `AGAIN_FK` FOREIGN KEY (book_id) REFERENCES shop_book (id)",
    )
    for target, error in (("mysql@8.4", "error 1826"), ("mariadb@10.11", "error 1005, errno 121")):
        assert [message for _, message in said("server-refuses", target, rename, again)] == [
            (
                "`shop_opinion` has a foreign key named `AGAIN_FK` already, and their names are unique in the whole database: renaming a "
                f"table leaves them as they are. The server refuses the statement: {error}."
            )
        ]


# unsupported-on-version


def test_from_the_version_on_that_has_it() -> None:
    field = """migrations.AddField("book", "twice", models.GeneratedField(
        expression=models.F("stock") * 2, output_field=models.IntegerField(), db_persist=False))"""
    assert [finding.message for finding in found("unsupported-on-version", "postgresql@17", field)] == [
        (
            "`shop_book.twice` is a virtual generated column, which PostgreSQL has from 18 on. The server refuses the statement: "
            "SQLSTATE 42601."
        )
    ]
    assert found("unsupported-on-version", "postgresql@18", field) == []


# identifier-too-long

LONG = "book_title_is_unique_among_the_books_of_one_publisher_in_this_shop"


def unique(name: str, field: str = "title") -> str:
    return f'migrations.AddConstraint("book", models.UniqueConstraint(fields=["{field}"], name="{name}"))'


def test_name_cut_refused_or_kept() -> None:
    size, kept = len(LONG), LONG[:63]
    assert said("identifier-too-long", "postgresql@16", unique(LONG)) == [
        (
            "warning",
            (
                f"`{LONG}` has {size} bytes, and the server keeps 63 of a name: it cuts it without a word, and the constraint is called "
                f"`{kept}`."
            ),
        )
    ]
    for target in ("mysql@8.4", "mariadb@10.11"):
        assert said("identifier-too-long", target, unique(LONG)) == [
            (
                "error",
                f"`{LONG}` has {size} characters, and a name has at most 64. The server refuses the statement: error 1059.",
            )
        ]
    assert said("identifier-too-long", "sqlite@3.40", unique(LONG)) == []
    assert said("identifier-too-long", "oracle@19", unique(LONG)) == [
        (
            "note",
            f"`{LONG}` has {size} characters, and Django cuts it at 30: the constraint is called `book_title_is_unique_among8785`.",
        )
    ]


def test_two_names_that_are_one_when_they_are_cut() -> None:
    found_here = said("identifier-too-long", "postgresql@16", unique(LONG), unique(f"{LONG}_too", "sku"))
    assert [severity for severity, _ in found_here] == ["warning", "error"]
    assert found_here[1][1] == (
        f"`{LONG}_too` has {len(LONG) + 4} bytes, and the server keeps 63 of a name: it cuts it to `{LONG[:63]}`, and there is a "
        "constraint of that name. The server refuses the statement: SQLSTATE 42710."
    )


def test_bytes_and_characters() -> None:
    name = "é" * 40
    (finding,) = found("identifier-too-long", "postgresql@16", run_sql(f'ALTER TABLE shop_book ADD COLUMN "{name}" integer'))
    assert f"`{name}` has 80 bytes" in finding.message
    assert finding.message.endswith(f"the column is called `{'é' * 31}`.")
    assert found("identifier-too-long", "mysql@8.4", run_sql(f"ALTER TABLE shop_book ADD COLUMN `{name}` integer")) == []


def test_a_long_name_is_told_where_it_is_made() -> None:
    used = run_sql(f"ALTER TABLE shop_book DROP CONSTRAINT {LONG}")
    assert len(found("identifier-too-long", "postgresql@16", unique(LONG), used)) == 1
    assert found("identifier-too-long", "postgresql@16", run_sql(f"UPDATE shop_book SET notes = '{LONG}' WHERE id = 1")) == []


# nothing-emitted

SILENT = ("mariadb@10.11", "mysql@8.4", "sqlite@3.40", "oracle@19")
CONSTRAINTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "functional": ('models.UniqueConstraint(models.functions.Lower("title"), name="x_uniq")', ("mariadb@10.11",)),
    "conditional": (
        'models.UniqueConstraint(fields=["title"], condition=models.Q(stock__gt=0), name="x_uniq")',
        ("mariadb@10.11", "mysql@8.4", "oracle@19"),
    ),
    "deferrable": (
        'models.UniqueConstraint(fields=["title"], deferrable=models.Deferrable.DEFERRED, name="x_uniq")',
        ("mariadb@10.11", "mysql@8.4", "sqlite@3.40"),
    ),
    "include": ('models.UniqueConstraint(fields=["title"], include=["stock"], name="x_uniq")', SILENT),
    "nulls distinct": ('models.UniqueConstraint(fields=["title"], nulls_distinct=False, name="x_uniq")', SILENT),
    "plain": ('models.UniqueConstraint(fields=["title"], name="x_uniq")', ()),
}
INDEXES: dict[str, tuple[str, dict[str, str]]] = {
    "functional": ('models.Index(models.functions.Lower("title"), name="x_idx")', {"mariadb@10.11": "No statement is sent"}),
    "conditional": (
        'models.Index(fields=["title"], condition=models.Q(stock__gt=0), name="x_idx")',
        dict.fromkeys(("mariadb@10.11", "mysql@8.4", "oracle@19"), "`x_idx` is made without its condition"),
    ),
    "include": (
        'models.Index(fields=["title"], include=["stock"], name="x_idx")',
        dict.fromkeys(SILENT, "`x_idx` is made without `include`"),
    ),
    "plain": ('models.Index(fields=["title"], name="x_idx")', {}),
}


@pytest.mark.parametrize("target", [*SILENT, "postgresql@16"])
@pytest.mark.parametrize("kind", CONSTRAINTS)
def test_constraint_that_is_not_sent(kind: str, target: str) -> None:
    constraint, silent = CONSTRAINTS[kind]
    added = said("nothing-emitted", target, f'migrations.AddConstraint("book", {constraint})')
    assert [severity for severity, _ in added] == (["error"] if target in silent else [])
    assert all(message.startswith("No statement is sent for `x_uniq`: the backend has no ") for _, message in added)
    model = f"""migrations.CreateModel("Shelf", [("id", models.BigAutoField(primary_key=True)),
        ("title", models.CharField(max_length=9)), ("stock", models.IntegerField())],
        options={{"constraints": [{constraint}]}})"""
    assert said("nothing-emitted", target, model) == added


@pytest.mark.parametrize("target", [*SILENT, "postgresql@16"])
@pytest.mark.parametrize("kind", INDEXES)
def test_index_that_is_less(kind: str, target: str) -> None:
    index, weaker = INDEXES[kind]
    messages = [message for _, message in said("nothing-emitted", target, f'migrations.AddIndex("book", {index})')]
    assert len(messages) == (target in weaker)
    assert all(message.startswith(weaker[target]) for message in messages)


@pytest.mark.skipif(django.VERSION >= (6, 1), reason="this Django takes no PostgreSQL 14")
def test_nulls_distinct_on_postgresql_14() -> None:
    constraint, _ = CONSTRAINTS["nulls distinct"]
    operation = f'migrations.AddConstraint("book", {constraint})'
    assert [severity for severity, _ in said("nothing-emitted", "postgresql@14", operation)] == ["error"]
    assert said("nothing-emitted", "postgresql@15", operation) == []


def test_comments_on_sqlite() -> None:
    field = 'migrations.AddField("book", "shelf", models.IntegerField(null=True, db_comment="where it stands"))'
    table = 'migrations.AlterModelTableComment("book", "what is sold")'
    assert said("nothing-emitted", "sqlite@3.40", field, table) == [
        ("note", "`db_comment` of `Book.shelf` stays in the code: the backend has no comments."),
        ("note", "`db_table_comment` of `Book` stays in the code: the backend has no comments."),
    ]
    for target in ("postgresql@16", "mysql@8.4", "oracle@19"):
        assert said("nothing-emitted", target, field, table) == []


def test_index_of_a_text_field() -> None:
    field = 'migrations.AddField("book", "blurb", models.TextField(null=True, db_index=True))'
    for target, kind in (("mysql@8.4", "longtext"), ("mariadb@10.11", "longtext"), ("oracle@19", "nclob")):
        assert said("nothing-emitted", target, field) == [
            ("warning", f"`db_index=True` of `Book.blurb` makes no index: the column is `{kind}`.")
        ]
    for target in ("postgresql@16", "sqlite@3.40"):
        assert said("nothing-emitted", target, field) == []


@pytest.mark.parametrize(
    "operation",
    [
        f'migrations.SeparateDatabaseAndState(state_operations=[migrations.AddConstraint("book", {CONSTRAINTS["conditional"][0]})])',
        f'migrations.RunSQL("SELECT 1", migrations.RunSQL.noop, state_operations=[migrations.AddConstraint("book", {CONSTRAINTS["conditional"][0]})])',
    ],
    ids=["separate", "RunSQL"],
)
def test_what_is_meant_for_the_state_alone(operation: str) -> None:
    assert said("nothing-emitted", "mysql@8.4", operation) == []


def test_index_that_a_remade_table_gets_with_a_later_operation() -> None:
    model = """migrations.CreateModel("Shelf", [("id", models.BigAutoField(primary_key=True)), ("code", models.SlugField())])"""
    later = 'migrations.AddField("shelf", "size", models.IntegerField(default=1))'
    assert said("nothing-emitted", "sqlite@3.40", model, later) == []


def test_way_out_of_a_condition() -> None:
    operation = f'migrations.AddConstraint("book", {CONSTRAINTS["conditional"][0]})'
    helps: dict[str, Any] = {target: found("nothing-emitted", target, operation)[0].help for target in SILENT[:2]}
    assert helps["mysql@8.4"] == (
        "Say the condition in an expression: where it does not hold, the value is NULL, and NULLs are distinct:\n"
        "    models.UniqueConstraint(models.Case(models.When(models.Q(('stock__gt', 0)), then='title')), name='x_uniq')"
    )
    assert helps["mariadb@10.11"] == (
        "1. Add a generated column that is NULL where the condition does not hold: NULLs are distinct:\n"
        "    unique_title = models.GeneratedField(\n"
        "        expression=models.Case(models.When(models.Q(('stock__gt', 0)), then='title')),\n"
        "        output_field=…,\n"
        "        db_persist=False,\n"
        "    )\n"
        "2. and make that unique:\n"
        "    models.UniqueConstraint(fields=['unique_title'], name='x_uniq')"
    )


def test_several_on_one_model_are_one_finding() -> None:
    options = ", ".join(
        f'models.UniqueConstraint(fields=["code"], condition=models.Q(size={number}), name="shelf_{number}")'
        for number in (1, 2)
    )
    model = f"""migrations.CreateModel("Shelf", [("id", models.BigAutoField(primary_key=True)),
        ("code", models.SlugField()), ("size", models.IntegerField())], options={{"constraints": [{options}]}})"""
    (finding,) = found("nothing-emitted", "mysql@8.4", model)
    assert finding.message.count("No statement is sent for `shelf_") == 2
