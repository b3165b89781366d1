"""Operations that a live PostgreSQL and the prediction have to agree on: a start schema, what comes before, what is measured."""

from __future__ import annotations

import datetime
import uuid
from typing import Any, NamedTuple

from django.contrib.postgres import constraints as pg_constraints
from django.contrib.postgres import fields as pg
from django.contrib.postgres import indexes as pg_indexes
from django.contrib.postgres import operations as pg_operations
from django.core.serializers.json import DjangoJSONEncoder
from django.db import migrations as m
from django.db import models
from django.db.migrations.operations.base import Operation
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Lower, Now, Upper

from tests.data.postgresql_statements import STATEMENTS


class Scenario(NamedTuple):
    """`before` is committed earlier, each operation on its own; `since` is the first PostgreSQL that takes it."""

    id: str
    operations: list[Operation]
    before: list[Operation] = []
    atomic: bool = True
    since: int = 0
    extensions: tuple[str, ...] = ()


class RandomUUID(Func):
    template = "gen_random_uuid()"
    output_field = models.UUIDField()


CASCADE = models.CASCADE


def char(length: int | None = 20, **options: Any) -> models.CharField:
    return models.CharField(max_length=length, **options)


def key(to: str, **options: Any) -> models.ForeignKey:
    return models.ForeignKey(f"shop.{to}", CASCADE, **options)


def auto() -> tuple[str, models.Field]:
    return ("id", models.BigAutoField(primary_key=True))


def sql(*statements: str) -> list[Operation]:
    return [m.RunSQL([(statement, None)]) for statement in statements]


def add(field: models.Field, name: str = "x", model: str = "book") -> Operation:
    return m.AddField(model, name, field)


def alter(name: str, field: models.Field, model: str = "book") -> Operation:
    return m.AlterField(model, name, field)


def total(persist: bool = True) -> models.Field:
    return models.GeneratedField(expression=F("qty") + F("big"), output_field=models.BigIntegerField(), db_persist=persist)


START: list[Operation] = [
    m.CreateModel("Author", [auto(), ("name", char(100)), ("code", char(20, unique=True)), ("rating", models.IntegerField())]),
    m.CreateModel("Tag", [auto(), ("name", char(50))]),
    m.CreateModel("Legacy", [("id", models.AutoField(primary_key=True)), ("name", char(50))]),
    m.CreateModel("LegacyChild", [auto(), ("legacy", key("Legacy"))]),
    m.CreateModel(
        "Book",
        [
            auto(),
            ("author", key("Author")),
            ("title", char(100)),
            ("sku", char(50, db_index=True)),
            ("isbn", char(20, unique=True)),
            ("notes", models.TextField()),
            ("qty", models.IntegerField()),
            ("small", models.SmallIntegerField()),
            ("big", models.BigIntegerField()),
            ("price", models.DecimalField(max_digits=10, decimal_places=2)),
            ("published", models.DateField()),
            ("created", models.DateTimeField()),
            ("ref", models.UUIDField()),
            ("refchar", char(36)),
            ("data", models.JSONField(null=True)),
            ("maybe", models.IntegerField(null=True)),
            ("numtext", char(20)),
            ("active", models.BooleanField(default=True)),
            ("lo", models.IntegerField()),
            ("hi", models.IntegerField()),
            ("plain_int", models.BigIntegerField()),
            ("arr", pg.ArrayField(char(10))),
            ("idx_int", models.IntegerField(db_index=True)),
            ("floaty", models.FloatField()),
            ("tags", models.ManyToManyField("shop.Tag")),
        ],
    ),
    m.CreateModel("Review", [auto(), ("book", key("Book")), ("body", models.TextField())]),
]

ROWS = (
    "INSERT INTO shop_author (name, code, rating) SELECT 'a' || i, 'c' || i, i FROM generate_series(1, 2000) i",
    "INSERT INTO shop_tag (name) SELECT 't' || i FROM generate_series(1, 500) i",
    "INSERT INTO shop_legacy (name) SELECT 'l' || i FROM generate_series(1, 2000) i",
    "INSERT INTO shop_legacychild (legacy_id) SELECT i FROM generate_series(1, 2000) i",
    """INSERT INTO shop_book (author_id, title, sku, isbn, notes, qty, small, big, price, published, created, ref, refchar, data,
            maybe, numtext, active, lo, hi, plain_int, arr, idx_int, floaty)
        SELECT i % 2000 + 1, 'title' || i, 'sku' || i, 'isbn' || i, repeat('x', 20), i, i % 100, i % 1000, i % 100,
            '2020-01-01'::date + i % 1000, '2020-01-01'::timestamptz + i * interval '1 hour', gen_random_uuid(),
            gen_random_uuid()::text, '{}', nullif(i % 2, 0), i::text, true, i, i + 5, i, '{a,b}', i, i
        FROM generate_series(1, 3000) i""",
    "INSERT INTO shop_book_tags (book_id, tag_id) SELECT i, i % 500 + 1 FROM generate_series(1, 3000) i",
    "INSERT INTO shop_review (book_id, body) SELECT i, 'b' FROM generate_series(1, 3000) i",
)

NO_NULLS = "UPDATE shop_book SET maybe = 0 WHERE maybe IS NULL"
KEPT = m.CreateModel("Kept", [auto()], options={"db_table": "kept_table"})
KEPT_TAGS = m.CreateModel("Kept", [auto(), ("tags", models.ManyToManyField("shop.Tag"))], options={"db_table": "kept_table"})
PLAIN_KEY = [
    m.CreateModel("Plainpk", [("id", models.IntegerField(primary_key=True)), ("code", models.IntegerField(unique=True))]),
    *sql("INSERT INTO shop_plainpk SELECT i, i FROM generate_series(1, 3000) i"),
]
TOGETHER = m.AlterUniqueTogether("Book", {("author", "title")})
INDEX = m.AddIndex("book", models.Index(fields=["qty"], name="ix"))
CHECK = models.CheckConstraint(condition=Q(qty__gte=0), name="c")

MODELS = [
    Scenario("create_plain", [m.CreateModel("New", [auto(), ("a", char(10, db_index=True)), ("b", char(10, unique=True))])]),
    Scenario("create_fk", [m.CreateModel("New", [auto(), ("author", key("Author"))])]),
    Scenario("create_fk_noconstraint", [m.CreateModel("New", [auto(), ("author", key("Author", db_constraint=False))])]),
    Scenario("create_m2m", [m.CreateModel("New", [auto(), ("tags", models.ManyToManyField("shop.Tag"))])]),
    Scenario(
        "create_o2o_two",
        [m.CreateModel("New", [auto(), ("author", key("Author")), ("book", models.OneToOneField("shop.Book", CASCADE))])],
    ),
    Scenario(
        "create_inherit",
        [
            m.CreateModel(
                "Novel",
                [
                    ("book_ptr", models.OneToOneField("shop.Book", CASCADE, parent_link=True, primary_key=True)),
                    ("genre", char(5)),
                ],
                bases=("shop.book",),
            )
        ],
    ),
    Scenario("create_proxy", [m.CreateModel("PBook", [], options={"proxy": True}, bases=("shop.book",))]),
    Scenario("create_unmanaged", [m.CreateModel("UBook", [auto()], options={"managed": False})]),
    Scenario(
        "create_composite_pk",
        [
            m.CreateModel(
                "New",
                [("pk", models.CompositePrimaryKey("a", "b")), ("a", models.IntegerField()), ("b", models.IntegerField())],
            )
        ],
    ),
    Scenario("delete_leaf", [m.DeleteModel("Review")]),
    Scenario("delete_referenced", [m.RemoveField("LegacyChild", "legacy"), m.DeleteModel("Legacy")]),
    Scenario("delete_m2m_owner", [m.RemoveField("review", "book"), m.DeleteModel("Book")]),
    Scenario("rename_model_fk_m2m", [m.RenameModel("Book", "Volume")]),
    Scenario("rename_model_fk_in", [m.RenameModel("Author", "Writer")]),
    Scenario("rename_model_leaf", [m.RenameModel("Review", "Critique")]),
    Scenario("rename_model_dbtable", [m.RenameModel("Kept", "Kept2")], [KEPT]),
    Scenario(
        "rename_model_dbtable_m2m",
        [m.RenameModel("Kept", "Kept2")],
        [
            KEPT_TAGS,
            *sql(
                "INSERT INTO kept_table SELECT i FROM generate_series(1, 3000) i",
                "INSERT INTO kept_table_tags (kept_id, tag_id) SELECT i, i % 500 + 1 FROM generate_series(1, 3000) i",
            ),
        ],
    ),
    Scenario("altertable", [m.AlterModelTable("Book", "library_book")]),
    Scenario("altertable_same", [m.AlterModelTable("Book", "shop_book")]),
    Scenario("altertable_leaf", [m.AlterModelTable("Review", "library_review")]),
    Scenario("table_comment", [m.AlterModelTableComment("Book", "hello")]),
    Scenario("unique_together_add", [TOGETHER]),
    Scenario("unique_together_remove", [m.AlterUniqueTogether("Book", set())], [TOGETHER]),
    Scenario("unique_together_change", [m.AlterUniqueTogether("Book", {("author", "isbn")})], [TOGETHER]),
    Scenario("index_together_add", [m.AlterIndexTogether("Book", {("author", "title")})]),
    Scenario(
        "index_together_remove",
        [m.AlterIndexTogether("Book", set())],
        [m.AlterIndexTogether("Book", {("author", "title")})],
    ),
    Scenario("order_wrt_set", [m.AlterOrderWithRespectTo("Book", "author")]),
    Scenario("order_wrt_unset", [m.AlterOrderWithRespectTo("Book", None)], [m.AlterOrderWithRespectTo("Book", "author")]),
    Scenario("alter_options", [m.AlterModelOptions("Book", {"ordering": ["title"], "verbose_name": "b"})]),
    Scenario("alter_options_managed", [m.AlterModelOptions("Book", {"managed": False})]),
    Scenario("alter_managers", [m.AlterModelManagers("Book", [("objects", models.Manager())])]),
]

ADDED: dict[str, models.Field] = {
    "null": char(20, null=True),
    "notnull_default": char(20, default="a"),
    "int_default": models.IntegerField(default=0),
    "null_default": models.IntegerField(null=True, default=5),
    "callable_default": models.UUIDField(default=uuid.uuid4),
    "auto_now_add": models.DateTimeField(
        auto_now_add=True, default=datetime.datetime(2020, 1, 1, tzinfo=datetime.timezone.utc)
    ),
    "dbdefault_const": models.IntegerField(db_default=7),
    "dbdefault_const_str": char(9, db_default="x"),
    "dbdefault_now": models.DateTimeField(db_default=Now()),
    "dbdefault_uuid": models.UUIDField(db_default=RandomUUID()),
    "dbdefault_null": models.IntegerField(null=True, db_default=7),
    "dbdefault_json": models.JSONField(db_default=Value({}, models.JSONField())),
    "charfield_nodefault": char(5, blank=True),
    "generated_stored": total(),
    "boolean": models.BooleanField(default=False),
    "fk_null": key("Tag", null=True),
    "fk_notnull": key("Tag", default=1),
    "fk_noconstraint": key("Tag", null=True, db_constraint=False),
    "fk_noindex": key("Tag", null=True, db_index=False),
    "fk_noindex_noconstraint": key("Tag", null=True, db_index=False, db_constraint=False),
    "o2o_null": models.OneToOneField("shop.Tag", CASCADE, null=True),
    "unique_null": models.IntegerField(null=True, unique=True),
    "unique_char_null": char(10, null=True, unique=True),
    "dbindex_null": models.IntegerField(null=True, db_index=True),
    "dbindex_char": char(10, null=True, db_index=True),
    "slug": models.SlugField(default=""),
    "positive_default": models.PositiveIntegerField(default=0),
    "positive_null": models.PositiveIntegerField(null=True),
    "array_null": pg.ArrayField(models.IntegerField(), null=True),
    "array_default": pg.ArrayField(models.IntegerField(), default=list),
    "json_null": models.JSONField(null=True),
    "json_default": models.JSONField(default=dict),
    "range_null": pg.DateTimeRangeField(null=True),
    "m2m": models.ManyToManyField("shop.Author", related_name="+"),
    "db_comment": models.IntegerField(null=True, db_comment="hi"),
    "db_collation": char(5, null=True, db_collation="C"),
    "self_fk_null": key("Book", null=True),
}

THROUGH = m.CreateModel("BA", [auto(), ("book", key("Book")), ("author", key("Author"))])
FIELDS = [
    *(Scenario(f"add_{name}", [add(field)]) for name, field in ADDED.items()),
    Scenario("add_hstore_null", [add(pg.HStoreField(null=True))], extensions=("hstore",)),
    Scenario("add_m2m_through", [add(models.ManyToManyField("shop.Author", through="shop.BA", related_name="+"))], [THROUGH]),
    Scenario("add_uuid_distinct", [add(models.UUIDField(default=uuid.uuid4)), *sql("SELECT count(DISTINCT x) FROM shop_book")]),
    Scenario(
        "add_dbdefault_uuid_distinct",
        [add(models.UUIDField(db_default=RandomUUID())), *sql("SELECT count(DISTINCT x) FROM shop_book")],
    ),
    Scenario("add_generated_virtual", [add(total(False))], since=18),
    Scenario(
        "add_autofield",
        [m.AddField("nopk", "id", models.BigAutoField(primary_key=True))],
        [
            m.CreateModel("Nopk", [("oldid", models.IntegerField(primary_key=True)), ("v", models.IntegerField())]),
            *sql(
                "INSERT INTO shop_nopk SELECT i, i FROM generate_series(1, 3000) i",
                "ALTER TABLE shop_nopk DROP CONSTRAINT shop_nopk_pkey",
            ),
        ],
    ),
    Scenario("add_two_fields", [add(models.IntegerField(null=True)), add(models.IntegerField(null=True), "y")]),
    Scenario(
        "add_dbindex_deferred_order",
        [add(models.IntegerField(null=True, db_index=True)), add(models.IntegerField(null=True), "y", "review")],
    ),
    Scenario("add_fk_sql_state", [m.SeparateDatabaseAndState(state_operations=[add(key("Tag", null=True))])]),
    Scenario("remove_plain", [m.RemoveField("book", "qty")]),
    Scenario("remove_null", [m.RemoveField("book", "maybe")]),
    Scenario("remove_indexed", [m.RemoveField("book", "sku")]),
    Scenario("remove_unique", [m.RemoveField("book", "isbn")]),
    Scenario("remove_fk", [m.RemoveField("book", "author")]),
    Scenario("remove_m2m", [m.RemoveField("book", "tags")]),
    Scenario("remove_generated", [m.RemoveField("book", "x")], [add(total())]),
    Scenario(
        "remove_indexed_multicol",
        [m.RemoveField("book", "qty")],
        [m.AddIndex("book", models.Index(fields=["qty", "title"], name="ix_qt"))],
    ),
    Scenario("rename_plain", [m.RenameField("book", "qty", "quantity")]),
    Scenario("rename_fk", [m.RenameField("book", "author", "writer")]),
    Scenario("rename_indexed", [m.RenameField("book", "sku", "stock")]),
    Scenario("rename_unique", [m.RenameField("book", "isbn", "isbn13")]),
    Scenario("rename_pk", [m.RenameField("legacy", "id", "legacy_key")]),
    Scenario(
        "rename_dbcolumn_kept",
        [m.RenameField("book", "x", "y")],
        [add(models.IntegerField(null=True, db_column="xcol"))],
    ),
    Scenario("rename_m2m", [m.RenameField("book", "tags", "labels")]),
]

CHANGED: dict[str, tuple[str, models.Field]] = {
    "notnull_to_null": ("qty", models.IntegerField(null=True)),
    "default_only": ("qty", models.IntegerField(default=3)),
    "dbdefault_set": ("qty", models.IntegerField(db_default=3)),
    "null_to_notnull_default": ("maybe", models.IntegerField(default=0)),
    "null_to_notnull_dbdefault": ("maybe", models.IntegerField(db_default=0)),
    "varchar_50_100": ("title", char(200)),
    "varchar_indexed_widen": ("sku", char(100, db_index=True)),
    "varchar_unique_widen": ("isbn", char(40, unique=True)),
    "varchar_100_50": ("title", char(50)),
    "varchar_indexed_shrink": ("sku", char(30, db_index=True)),
    "varchar_unlimited": ("title", char(None)),
    "varchar_text": ("title", models.TextField()),
    "varchar_indexed_text": ("sku", models.TextField(db_index=True)),
    "text_varchar": ("notes", char(200)),
    "char_email": ("title", models.EmailField(max_length=100)),
    "char_url": ("title", models.URLField(max_length=100)),
    "char_slug": ("title", models.SlugField(max_length=100)),
    "char_slug_noindex": ("title", models.SlugField(max_length=100, db_index=False)),
    "int_bigint": ("qty", models.BigIntegerField()),
    "int_bigint_indexed": ("idx_int", models.BigIntegerField(db_index=True)),
    "bigint_int": ("big", models.IntegerField()),
    "small_int": ("small", models.IntegerField()),
    "int_positive": ("qty", models.PositiveIntegerField()),
    "decimal_widen": ("price", models.DecimalField(max_digits=12, decimal_places=2)),
    "decimal_scale": ("price", models.DecimalField(max_digits=10, decimal_places=4)),
    "decimal_widen_scale": ("price", models.DecimalField(max_digits=12, decimal_places=4)),
    "decimal_narrow": ("price", models.DecimalField(max_digits=8, decimal_places=2)),
    "decimal_round": ("price", models.DecimalField(max_digits=10, decimal_places=0)),
    "decimal_float": ("price", models.FloatField()),
    "float_decimal": ("floaty", models.DecimalField(max_digits=12, decimal_places=2)),
    "float_int": ("floaty", models.IntegerField()),
    "char_int": ("numtext", models.IntegerField()),
    "int_char": ("qty", char(20)),
    "int_varchar_trunc": ("qty", char(2)),
    "int_text": ("qty", models.TextField()),
    "int_bool": ("qty", models.BooleanField()),
    "bool_int": ("active", models.IntegerField()),
    "date_datetime": ("published", models.DateTimeField()),
    "datetime_date": ("created", models.DateField()),
    "datetime_time": ("created", models.TimeField()),
    "json_text": ("data", models.TextField(null=True)),
    "numtext_json": ("numtext", models.JSONField()),
    "json_encoder": ("data", models.JSONField(null=True, encoder=DjangoJSONEncoder)),
    "text_varchar_trunc": ("notes", char(10)),
    "uuid_char": ("ref", char(36)),
    "uuid_char32": ("ref", char(32)),
    "char_uuid": ("refchar", models.UUIDField()),
    "array_size": ("arr", pg.ArrayField(char(20))),
    "array_text": ("arr", pg.ArrayField(models.TextField())),
    "binary": ("notes", models.BinaryField()),
    "char_file": ("title", models.FileField(max_length=100, upload_to="x")),
    "add_unique": ("qty", models.IntegerField(unique=True)),
    "add_unique_char": ("title", char(100, unique=True)),
    "rm_unique": ("isbn", char(20)),
    "unique_to_index": ("isbn", char(20, db_index=True)),
    "index_to_unique": ("sku", char(50, unique=True)),
    "add_dbindex": ("qty", models.IntegerField(db_index=True)),
    "add_dbindex_char": ("title", char(100, db_index=True)),
    "rm_dbindex": ("sku", char(50)),
    "fk_drop_constraint": ("author", key("Author", db_constraint=False)),
    "fk_on_delete": ("author", models.ForeignKey("shop.Author", models.PROTECT)),
    "fk_related_name": ("author", key("Author", related_name="bks")),
    "fk_target": ("author", key("Legacy")),
    "fk_target_same_type": ("author", key("Review")),
    "fk_null": ("author", key("Author", null=True)),
    "fk_to_int": ("author", models.BigIntegerField(db_column="author_id")),
    "fk_drop_index": ("author", key("Author", db_index=False)),
    "fk_meta_only": ("author", key("Author", verbose_name="v", help_text="h", limit_choices_to={"rating": 1})),
    "fk_default_only": ("author", key("Author", default=1)),
    "fk_db_column": ("author", key("Author", db_column="writer")),
    "int_to_fk": ("plain_int", key("Book", db_column="plain_int", related_name="+")),
    "meta_only": (
        "qty",
        models.IntegerField(blank=True, choices=[(1, "a")], help_text="h", verbose_name="v", editable=False),
    ),
    "db_column": ("qty", models.IntegerField(db_column="qty2")),
    "db_collation": ("title", char(100, db_collation="C")),
    "db_collation_indexed": ("sku", char(50, db_index=True, db_collation="C")),
    "db_comment": ("qty", models.IntegerField(db_comment="hello")),
    "m2m_blank": ("tags", models.ManyToManyField("shop.Tag", blank=True)),
    "m2m_to": ("tags", models.ManyToManyField("shop.Author")),
    "type_and_null": ("qty", models.BigIntegerField(null=True)),
    "type_and_index": ("title", char(200, db_index=True)),
    "type_default_notnull": ("maybe", models.BigIntegerField(default=0)),
}

NOT_NULL = alter("maybe", models.IntegerField())
POSITIVE = add(models.PositiveIntegerField(null=True))
SET_MAYBE = m.AddConstraint("book", models.CheckConstraint(condition=Q(maybe__isnull=False), name="c"))
LEGACY_ONE = alter("legacy", models.OneToOneField("shop.Legacy", CASCADE), "legacychild")
BIG_KEY = models.BigAutoField(primary_key=True)
ALTERED = [
    *(Scenario(f"alter_{name}", [alter(*change)]) for name, change in CHANGED.items()),
    Scenario("alter_null_to_notnull", [NOT_NULL], sql(NO_NULLS)),
    Scenario(
        "alter_null_to_notnull_checked",
        [NOT_NULL],
        sql(NO_NULLS, "ALTER TABLE shop_book ADD CONSTRAINT c CHECK (maybe IS NOT NULL)"),
    ),
    Scenario("alter_null_to_notnull_djcheck", [NOT_NULL], [*sql(NO_NULLS), SET_MAYBE]),
    Scenario("alter_dbdefault_drop", [alter("x", models.IntegerField())], [add(models.IntegerField(db_default=3))]),
    Scenario(
        "alter_dbdefault_change", [alter("x", models.IntegerField(db_default=4))], [add(models.IntegerField(db_default=3))]
    ),
    Scenario("alter_db_comment_check", [alter("x", models.PositiveIntegerField(null=True, db_comment="hello"))], [POSITIVE]),
    Scenario(
        "alter_db_comment_indexed",
        [alter("sku", char(50, db_index=True, db_comment="hello"))],
        [m.AddIndex("book", models.Index(fields=["qty"], name="ix_part", condition=Q(sku="x")))],
    ),
    Scenario("alter_positive_to_positivebig", [alter("x", models.PositiveBigIntegerField(null=True))], [POSITIVE]),
    Scenario(
        "alter_type_partial_index",
        [alter("title", char(200))],
        [
            m.AddIndex("book", models.Index(Lower("title"), name="ix_low")),
            m.AddIndex("book", models.Index(fields=["qty"], name="ix_part", condition=Q(title="x"))),
        ],
    ),
    Scenario("alter_type_check", [alter("qty", models.BigIntegerField())], [m.AddConstraint("book", CHECK)]),
    Scenario(
        "alter_widen_check",
        [alter("title", char(200))],
        [m.AddConstraint("book", models.CheckConstraint(condition=~Q(title=""), name="ck"))],
    ),
    Scenario(
        "alter_other_than_generated_source",
        [alter("isbn", char(40, unique=True))],
        [add(models.GeneratedField(expression=Upper("title"), output_field=models.TextField(), db_persist=True))],
    ),
    Scenario(
        "alter_fk_add_constraint",
        [alter("x", key("Tag", null=True))],
        [add(key("Tag", null=True, db_constraint=False)), *sql("UPDATE shop_book SET x_id = 1")],
    ),
    Scenario("alter_fk_to_o2o", [LEGACY_ONE]),
    Scenario("alter_o2o_to_fk", [alter("legacy", key("Legacy"), "legacychild")], [LEGACY_ONE]),
    Scenario("alter_pk_auto_big", [alter("id", BIG_KEY, "legacy")]),
    Scenario("alter_pk_big_auto", [alter("id", models.AutoField(primary_key=True), "tag")]),
    Scenario("alter_pk_to_int", [alter("id", models.IntegerField(primary_key=True), "legacychild")]),
    Scenario(
        "alter_pk_change",
        [alter("id", models.IntegerField(), "plainpk"), alter("code", models.IntegerField(primary_key=True), "plainpk")],
        PLAIN_KEY,
    ),
    Scenario("alter_big_to_identity", [alter("id", BIG_KEY, "plainpk")], PLAIN_KEY),
    Scenario(
        "alter_serial_to_bigauto",
        [alter("id", BIG_KEY, "legacy")],
        sql(
            "ALTER TABLE shop_legacy ALTER id DROP IDENTITY",
            "CREATE SEQUENCE shop_legacy_id_seq OWNED BY shop_legacy.id",
            "ALTER TABLE shop_legacy ALTER id SET DEFAULT nextval('shop_legacy_id_seq')",
        ),
    ),
    Scenario(
        "alter_widen_unreferenced_code_fk",
        [alter("code", char(40, unique=True), "author")],
        [
            m.CreateModel("CodeRef", [auto(), ("a", key("Author", to_field="code"))]),
            *sql("INSERT INTO shop_coderef (a_id) SELECT code FROM shop_author"),
        ],
    ),
    Scenario(
        "alter_shrink_code_fk",
        [alter("code", char(10, unique=True), "author")],
        [
            m.CreateModel("CodeRef", [auto(), ("a", key("Author", to_field="code"))]),
            *sql("INSERT INTO shop_coderef (a_id) SELECT code FROM shop_author"),
        ],
    ),
    Scenario(
        "alter_pk_auto_big_m2m",
        [alter("id", BIG_KEY, "owner")],
        [
            m.CreateModel("Owner", [("id", models.AutoField(primary_key=True)), ("tags", models.ManyToManyField("shop.Tag"))]),
            m.CreateModel("Ownee", [auto(), ("o", key("Owner"))]),
            *sql(
                "INSERT INTO shop_owner SELECT i FROM generate_series(1, 3000) i",
                "INSERT INTO shop_owner_tags (owner_id, tag_id) SELECT i, i % 500 + 1 FROM generate_series(1, 3000) i",
                "INSERT INTO shop_ownee (o_id) SELECT i FROM generate_series(1, 3000) i",
            ),
        ],
    ),
    Scenario("pte_set_default_fk", [alter("x", key("Tag", default=1))], [add(key("Tag", null=True))]),
]
if hasattr(models, "DB_CASCADE"):
    ALTERED += [
        Scenario("alter_fk_db_cascade", [alter("author", models.ForeignKey("shop.Author", models.DB_CASCADE))]),
        Scenario("add_fk_db_cascade", [add(models.ForeignKey("shop.Tag", models.DB_SET_NULL, null=True))]),
    ]

INDEXES: dict[str, models.Index] = {
    "addindex": models.Index(fields=["qty"], name="ix"),
    "addindex_desc2": models.Index(fields=["qty", "-title"], name="ix"),
    "addindex_partial": models.Index(fields=["qty"], name="ix", condition=Q(active=True)),
    "addindex_expr": models.Index(Lower("title"), name="ix"),
    "addindex_include": models.Index(fields=["qty"], include=["title"], name="ix"),
    "addindex_opclass": models.Index(fields=["title"], opclasses=["varchar_pattern_ops"], name="ix"),
    "addindex_gin": pg_indexes.GinIndex(fields=["data"], name="ix"),
    "addindex_brin": pg_indexes.BrinIndex(fields=["created"], name="ix"),
    "addindex_hash": pg_indexes.HashIndex(fields=["title"], name="ix"),
}
TRIGRAMS: dict[str, models.Index] = {
    "addindex_gin_trgm": pg_indexes.GinIndex(fields=["title"], opclasses=["gin_trgm_ops"], name="ix"),
    "addindex_gist": pg_indexes.GistIndex(fields=["title"], opclasses=["gist_trgm_ops"], name="ix"),
}
CONSTRAINTS: dict[str, models.BaseConstraint] = {
    "check": CHECK,
    "unique": models.UniqueConstraint(fields=["qty"], name="c"),
    "unique_cond": models.UniqueConstraint(fields=["qty"], condition=Q(active=True), name="c"),
    "unique_expr": models.UniqueConstraint(Lower("title"), name="c"),
    "unique_deferrable": models.UniqueConstraint(fields=["qty"], deferrable=models.Deferrable.DEFERRED, name="c"),
    "unique_include": models.UniqueConstraint(fields=["qty"], include=["title"], name="c"),
    "unique_nulls": models.UniqueConstraint(fields=["qty"], nulls_distinct=False, name="c"),
    "exclude_span": pg_constraints.ExclusionConstraint(
        name="c", expressions=[(Func(F("lo"), F("lo"), Value("[]"), function="int4range"), "&&")]
    ),
}
OVERLAPS: dict[str, models.BaseConstraint] = {
    "exclude": pg_constraints.ExclusionConstraint(
        name="c",
        expressions=[(Func(F("big"), F("big"), Value("[]"), function="int8range"), "&&"), ("plain_int", "=")],
    ),
    "exclude_range": pg_constraints.ExclusionConstraint(name="c", expressions=[("qty", "=")], condition=Q(active=True)),
    "exclude_deferrable": pg_constraints.ExclusionConstraint(
        name="c", expressions=[("qty", "=")], deferrable=models.Deferrable.DEFERRED
    ),
}
SINCE = {"unique_nulls": 15}
GIST = ("btree_gist",)

INDEXED = [
    *(Scenario(name, [m.AddIndex("book", index)]) for name, index in INDEXES.items()),
    *(Scenario(name, [m.AddIndex("book", index)], extensions=("pg_trgm",)) for name, index in TRIGRAMS.items()),
    Scenario(
        "addindex_new_model",
        [
            m.CreateModel("New", [auto(), ("a", models.IntegerField())]),
            m.AddIndex("new", models.Index(fields=["a"], name="ix")),
        ],
    ),
    Scenario(
        "addindexc",
        [pg_operations.AddIndexConcurrently("book", models.Index(fields=["qty"], name="ix"))],
        atomic=False,
    ),
    Scenario(
        "addindexc_gin",
        [pg_operations.AddIndexConcurrently("book", pg_indexes.GinIndex(fields=["data"], name="ix"))],
        atomic=False,
    ),
    Scenario("removeindex", [m.RemoveIndex("book", "ix")], [INDEX]),
    Scenario("removeindexc", [pg_operations.RemoveIndexConcurrently("book", "ix")], [INDEX], atomic=False),
    Scenario("renameindex", [m.RenameIndex("book", new_name="ix2", old_name="ix")], [INDEX]),
    Scenario(
        "renameindex_fields",
        [m.RenameIndex("book", new_name="ix2", old_fields=("author", "title"))],
        [m.AlterIndexTogether("Book", {("author", "title")})],
    ),
    *(
        Scenario(f"addcon_{name}", [m.AddConstraint("book", constraint)], since=SINCE.get(name, 0))
        for name, constraint in CONSTRAINTS.items()
    ),
    *(
        Scenario(
            f"rmcon_{name}", [m.RemoveConstraint("book", "c")], [m.AddConstraint("book", constraint)], since=SINCE.get(name, 0)
        )
        for name, constraint in CONSTRAINTS.items()
    ),
    *(Scenario(f"addcon_{name}", [m.AddConstraint("book", it)], extensions=GIST) for name, it in OVERLAPS.items()),
    *(
        Scenario(f"rmcon_{name}", [m.RemoveConstraint("book", "c")], [m.AddConstraint("book", it)], extensions=GIST)
        for name, it in OVERLAPS.items()
    ),
    Scenario("addcon_notvalid", [pg_operations.AddConstraintNotValid("book", CHECK)]),
    Scenario(
        "validate_con", [pg_operations.ValidateConstraint("book", "c")], [pg_operations.AddConstraintNotValid("book", CHECK)]
    ),
    Scenario(
        "notvalid_validate_same_tx",
        [pg_operations.AddConstraintNotValid("book", CHECK), pg_operations.ValidateConstraint("book", "c")],
    ),
    Scenario(
        "altercon_msg",
        [
            m.AlterConstraint(
                "book", "c", models.CheckConstraint(condition=Q(qty__gte=0), name="c", violation_error_message="no")
            )
        ],
        [m.AddConstraint("book", CHECK)],
    ),
    Scenario(
        "con_change_check",
        [
            m.RemoveConstraint("book", "c"),
            m.AddConstraint("book", models.CheckConstraint(condition=Q(qty__gte=1), name="c")),
        ],
        [m.AddConstraint("book", CHECK)],
    ),
    Scenario("ext_bloom", [pg_operations.BloomExtension()]),
    Scenario("ext_unaccent", [pg_operations.UnaccentExtension()]),
    Scenario("ext_btree_gin", [pg_operations.BtreeGinExtension()], extensions=("btree_gin",)),
    Scenario("ext_btree_gist", [pg_operations.BtreeGistExtension()], extensions=GIST),
    Scenario("ext_citext", [pg_operations.CITextExtension()], extensions=("citext",)),
    Scenario("ext_pgcrypto", [pg_operations.CryptoExtension()], extensions=("pgcrypto",)),
    Scenario("ext_hstore", [pg_operations.HStoreExtension()], extensions=("hstore",)),
    Scenario("ext_pg_trgm", [pg_operations.TrigramExtension()], extensions=("pg_trgm",)),
    Scenario("create_collation", [pg_operations.CreateCollation("mycoll", locale="C")]),
    Scenario(
        "remove_collation",
        [pg_operations.RemoveCollation("mycoll", locale="C")],
        [pg_operations.CreateCollation("mycoll", locale="C")],
    ),
]

RAW = [
    Scenario(
        f"alter_{name}" if name.startswith("timestamp") else f"sql_{name}",
        sql(*it.sql),
        sql(*it.before),
        it.atomic,
        it.since,
        it.extensions,
    )
    for name, it in STATEMENTS.items()
]

SCENARIOS = [*MODELS, *FIELDS, *ALTERED, *INDEXED, *RAW]
