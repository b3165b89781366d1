"""MariaDB: what is collected offline is what `migrate` sends, and the catalog what the server then holds."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from typing import Any

import pymysql
import pytest
from django.conf import settings
from django.db import migrations
from django.db.migrations import Migration
from django.test import override_settings

from migration_lint.project import loading
from migration_lint.sql.vendors.mysql import mysql_literal
from tests import identity
from tests.identity_mysql import MySQL
from tests.servers import MySQLServer
from tests.test_identity_live import CASES as POSTGRESQL_CASES
from tests.test_identity_live import CONTRIB, LIBRARY

pymysql.install_as_MySQLdb()


@pytest.fixture(autouse=True)
def _allow_connections(django_db_blocker: Any) -> Iterator[None]:
    with django_db_blocker.unblock():
        yield


CONTRIB_APPS = tuple(name for name in CONTRIB if name != "postgres")
# PostgreSQL's operations in the bookshop, and what says the same without PostgreSQL.
PLAIN = {"AddIndexConcurrently": "AddIndex", "RemoveIndexConcurrently": "RemoveIndex", "AddConstraintNotValid": "AddConstraint"}
REPLACED = {
    " CONCURRENTLY": "",
    " WHERE status = 'paid'": "",
    "IF EXISTS orders_order_to_pack": "IF EXISTS orders_order_to_pack ON orders_order",
}
# `default=uuid.uuid4` is called once, for the rows that are there: another value at every run.
CHANGING = ("orders", "0003_order_public_id_alter_coupon_id_and_more")


def in_words_of_mysql(sql: Any) -> Any:
    if not isinstance(sql, str):
        return sql
    for old, new in REPLACED.items():
        sql = sql.replace(old, new)
    return sql


def portable(migration: Migration) -> Migration:
    """The migration with Django's own operations in the place of those that only PostgreSQL has."""
    operations: list[Any] = []
    for operation in migration.operations:
        name, args, kwargs = operation.deconstruct()
        if isinstance(operation, migrations.RunSQL):
            operation = type(operation)(in_words_of_mysql(operation.sql), in_words_of_mysql(operation.reverse_sql))
        elif name in PLAIN:
            operation = getattr(migrations, PLAIN[name])(*args, **kwargs)
        if name != "ValidateConstraint":
            operations.append(operation)
    found: Migration = type("Migration", (type(migration),), {"operations": operations})(migration.name, migration.app_label)
    return found


@pytest.mark.parametrize("alias", ["default", "analytics"])
def test_bookshop_and_contrib_apps(mariadb: MySQLServer, alias: str) -> None:
    apps = [f"django.contrib.{name}" for name in CONTRIB_APPS if f"django.contrib.{name}" not in settings.INSTALLED_APPS]
    with override_settings(INSTALLED_APPS=[*settings.INSTALLED_APPS, *apps], SITE_ID=1), mariadb.scratch() as name:
        graph = loading.load()
        assert graph.problems == ()
        plan = tuple(map(portable, graph.migrations))
        impacts, catalog = identity.impacts_offline(plan, f"{alias}={mariadb.name}", graph.unmigrated)
        offline = identity.collected(impacts)
        database = MySQL(mariadb, name)
        live = identity.run_live(database, lambda: plan, alias)
        for run in (offline, live):
            run.forwards[CHANGING] = [
                (number, re.sub("'[0-9a-f-]{32,36}'", "'…'", sql)) for number, sql in run.forwards[CHANGING]
            ]
        assert identity.differing_statements(offline.forwards, live.forwards) == []
        assert live.refused == offline.refused == {}
        assert identity.differing_statements(offline.backwards, live.backwards) == []
        assert identity.differences(database.described(catalog), database.held()) == []
    forwards, backwards = offline.count()
    expected = (200, 120) if alias == "default" else (3, 1)
    assert forwards >= expected[0]
    assert backwards >= expected[1]


CASES: dict[str, list[str]] = {}
CASES["long names"] = [
    """
    long = "a_name_that_is_long_" * 3
    operations = [
        M.CreateModel("Shelf" + "Long" * 12, [
            ("id", m.BigAutoField(primary_key=True)),
            (long + "x", m.CharField(max_length=10, db_index=True, unique=True)),
            (long + "y", m.PositiveIntegerField()),
            (long + "jjjj", m.JSONField()),
        ]),
        M.CreateModel("Other" + "Long" * 12, [
            ("id", m.BigAutoField(primary_key=True)),
            (long + "k", m.ForeignKey("shop.Shelf" + "Long" * 12, m.CASCADE)),
            ("m", m.ManyToManyField("shop.Shelf" + "Long" * 12, db_table="m" * 64)),
        ]),
    ]
    """,
    """
    long = "a_name_that_is_long_" * 3
    operations = [
        M.AlterField("Shelf" + "Long" * 12, long + "y", m.BigIntegerField()),
        M.AlterField("Shelf" + "Long" * 12, long + "x", m.CharField(max_length=10)),
        M.AlterField("Shelf" + "Long" * 12, long + "jjjj", m.TextField()),
        M.AlterField("Other" + "Long" * 12, long + "k", m.ForeignKey("shop.Shelf" + "Long" * 12, m.CASCADE, null=True)),
        M.AddIndex("Shelf" + "Long" * 12, m.Index(fields=[long + "y", long + "x"], name="i" * 30)),
        M.AlterField("Other" + "Long" * 12, long + "k", m.OneToOneField("shop.Shelf" + "Long" * 12, m.CASCADE, null=True)),
        M.RunSQL("CREATE TABLE " + "t" * 64 + " (" + "c" * 64 + " int PRIMARY KEY, " + "d" * 64 + " int CHECK (" + "d" * 64 + " > 0), e int, UNIQUE (" + "d" * 64 + ", e))"),
    ]
    """,
]
CASES["MODIFY one after the other"] = [
    """
    operations = [
        M.CreateModel("Note", [("id", m.AutoField(primary_key=True)), ("word", m.CharField(max_length=20, db_comment="it's"))]),
        M.AlterField("Note", "word", m.CharField(max_length=40, null=True, db_comment="it's")),
        M.AlterField("Note", "word", m.TextField(default="x")),
        M.AlterField("Note", "word", m.TextField(null=True, db_comment="a \\\\ b")),
    ]
    """,
    """
    operations = [
        M.AlterField("Note", "word", m.CharField(max_length=9, db_default="y", db_collation="utf8mb4_bin")),
        M.AlterField("Note", "word", m.CharField(max_length=9, unique=True, db_default="z")),
        M.AlterField("Note", "word", m.CharField(max_length=9)),
        M.AlterField("Note", "word", m.IntegerField(null=True, db_index=True)),
        M.AlterField("Note", "word", m.BigIntegerField(default=3)),
        M.RunSQL("ALTER TABLE shop_note MODIFY word int unsigned NOT NULL DEFAULT 4 COMMENT 'four', MODIFY COLUMN id bigint AUTO_INCREMENT"),
        M.RunSQL("ALTER TABLE shop_note MODIFY word int", "ALTER TABLE shop_note MODIFY word int unsigned NOT NULL"),
    ]
    """,
]
CASES["checks of positive integers, and their loss"] = [
    """
    operations = [
        M.CreateModel("Count", [
            ("id", m.AutoField(primary_key=True)),
            ("a", m.PositiveIntegerField()), ("b", m.PositiveSmallIntegerField(null=True)), ("c", m.PositiveBigIntegerField(default=3)), ("d", m.IntegerField()),
        ]),
        M.AlterField("Count", "a", m.PositiveIntegerField(null=True)),
        M.AlterField("Count", "b", m.PositiveBigIntegerField(null=True)),
    ]
    """,
    """
    operations = [
        M.AlterField("Count", "b", m.IntegerField(null=True)),
        M.AlterField("Count", "c", m.SmallIntegerField(default=3)),
        M.AlterField("Count", "d", m.PositiveIntegerField()),
        M.RenameField("Count", "a", "e"),
        M.AddField("Count", "f", m.PositiveIntegerField(default=7)),
    ]
    """,
    """
    operations = [
        M.AlterField("Count", "e", m.IntegerField(null=True)),
        M.RunSQL("ALTER TABLE shop_count MODIFY f int CHECK (f > 3)"),
        M.AlterField("Count", "f", m.PositiveIntegerField(null=True)),
        M.RemoveField("Count", "d"),
    ]
    """,
]
CASES["JSON fields"] = [
    """
    operations = [
        M.CreateModel("Doc", [("id", m.AutoField(primary_key=True)), ("a", m.JSONField()), ("b", m.JSONField(null=True, default=dict)), ("n", m.IntegerField())]),
        M.AddField("Doc", "c", m.JSONField(default={"a": ["%s", "it's", "b\\\\", None, "ü"]})),
        M.AddField("Doc", "d", m.JSONField(db_default={"x": 1})),
        M.AlterField("Doc", "a", m.JSONField(null=True)),
    ]
    """,
    """
    operations = [
        M.AlterField("Doc", "b", m.TextField(null=True)),
        M.RenameField("Doc", "a", "e"),
        M.AlterField("Doc", "c", m.TextField(default="")),
        M.AlterField("Doc", "c", m.JSONField(default=list)),
        M.RemoveField("Doc", "d"),
    ]
    """,
]
CASES["indexes of foreign keys, served by others"] = [
    LIBRARY,
    """
    operations = [
        M.AddIndex("Book", m.Index(fields=["author", "title"], name="by_author")),
        M.AddConstraint("Book", m.UniqueConstraint(fields=["author", "pages"], name="one")),
        M.RemoveIndex("Book", "by_author"),
        M.RemoveConstraint("Book", "one"),
    ]
    """,
    """
    operations = [
        M.AlterUniqueTogether("Book", {("author", "title")}),
        M.AlterField("Book", "author", m.ForeignKey("shop.Author", m.CASCADE, db_index=False)),
        M.AlterField("Book", "author", m.ForeignKey("shop.Author", m.CASCADE)),
        M.AlterUniqueTogether("Book", {("author", "pages")}),
        M.AlterUniqueTogether("Book", set()),
    ]
    """,
    """
    operations = [
        M.AlterField("Book", "author", m.ForeignKey("shop.Author", m.CASCADE, db_constraint=False)),
        M.AlterField("Book", "author", m.ForeignKey("shop.Author", m.CASCADE, null=True)),
        M.AddField("Book", "other", m.ForeignKey("shop.Author", m.CASCADE, null=True, db_constraint=False, related_name="+")),
        M.AlterField("Book", "other", m.ForeignKey("shop.Author", m.CASCADE, null=True, related_name="+")),
        M.AlterField("Book", "other", m.BigIntegerField(null=True)),
        M.AlterField("Book", "other", m.ForeignKey("shop.Author", m.CASCADE, null=True, related_name="+", db_column="other")),
        M.RemoveField("Book", "author"),
    ]
    """,
]
CASES["indexes of foreign keys in RunSQL"] = [
    """
    operations = [
        M.RunSQL("CREATE TABLE one (id int PRIMARY KEY, b int, c int, UNIQUE (b, c))"),
        M.RunSQL("CREATE TABLE two (a int, b int, c int, FOREIGN KEY (a) REFERENCES one (id), FOREIGN KEY named (b) REFERENCES one (id), CONSTRAINT said FOREIGN KEY (b, c) REFERENCES one (b, c), CONSTRAINT both_said FOREIGN KEY other (c) REFERENCES one (id))"),
        M.RunSQL("CREATE TABLE three (a int, b int, KEY (a), KEY whole (b, a), FOREIGN KEY (a) REFERENCES one (id), FOREIGN KEY (b) REFERENCES one (id))"),
        M.RunSQL("CREATE TABLE four (a int, b int REFERENCES one (id), c int CONSTRAINT inlined REFERENCES one (id), FOREIGN KEY (d) REFERENCES one (id), d int)"),
    ]
    """,
    """
    operations = [
        M.RunSQL("ALTER TABLE two ADD FOREIGN KEY (a) REFERENCES one (b), ADD INDEX (a, b)"),
        M.RunSQL("ALTER TABLE two ADD CONSTRAINT again FOREIGN KEY (c) REFERENCES one (b)"),
        M.RunSQL("ALTER TABLE two DROP FOREIGN KEY two_ibfk_1, DROP FOREIGN KEY said"),
        M.RunSQL("ALTER TABLE two ADD FOREIGN KEY (b) REFERENCES one (b)"),
        M.RunSQL("CREATE INDEX partly ON three (a, b); ALTER TABLE three DROP INDEX a; ALTER TABLE three RENAME TO drei"),
        M.RunSQL("ALTER TABLE drei ADD FOREIGN KEY (b) REFERENCES one (b)"),
        M.RunSQL("ALTER TABLE four ADD COLUMN e int, ADD CONSTRAINT late FOREIGN KEY (e) REFERENCES one (id); CREATE UNIQUE INDEX e ON four (e)"),
        M.RunSQL("ALTER TABLE four DROP FOREIGN KEY late, DROP INDEX e, DROP COLUMN e"),
    ]
    """,
]
CASES["unique together over a foreign key"] = [
    LIBRARY,
    """
    operations = [
        M.AlterUniqueTogether("Book", {("author", "title"), ("title", "author")}),
        M.RenameField("Book", "author", "writer"),
        M.AlterField("Book", "title", m.CharField(max_length=50)),
    ]
    """,
    """
    operations = [
        M.AlterUniqueTogether("Book", {("title", "writer")}),
        M.AlterField("Book", "writer", m.ForeignKey("shop.Author", m.CASCADE, null=True)),
        M.AlterUniqueTogether("Book", set()),
        M.RemoveField("Book", "writer"),
    ]
    """,
]
CASES["constraints and indexes"] = [
    LIBRARY,
    """
    operations = [
        M.AlterUniqueTogether("Book", {("author", "title")}),
        M.RenameModel("Book", "Volume"),
        M.AddIndex("Volume", m.Index(fields=["title", "-pages"], name="name_pages")),
        M.AddIndex("Volume", m.Index(functions.Lower("title"), name="low")),
        M.AddIndex("Volume", m.Index(fields=["pages"], condition=Q(pages__gt=3), name="partly")),
        M.RenameIndex("Volume", "pages_name", old_name="name_pages"),
        M.AddConstraint("Volume", m.UniqueConstraint(fields=["title", "author"], name="uniq")),
        M.AddConstraint("Volume", m.UniqueConstraint(fields=["title"], condition=Q(pages__gt=3), name="some")),
        M.AddConstraint("Volume", m.UniqueConstraint(functions.Lower("title"), name="lower")),
        M.AddConstraint("Volume", m.UniqueConstraint(fields=["pages"], include=["title"], name="inc")),
        M.AddConstraint("Volume", m.CheckConstraint(condition=Q(title__contains="%") | Q(pages__gt=0), name="percent")),
        M.AddConstraint("Volume", m.CheckConstraint(condition=Q(title__in=["%s", "%%", "it's", "b\\\\"]), name="one_of")),
    ]
    """,
    """
    operations = [
        M.AlterConstraint("Volume", "percent", m.CheckConstraint(condition=Q(title__contains="%") | Q(pages__gt=0), name="percent", violation_error_message="x")) if hasattr(M, "AlterConstraint") else M.RunSQL(M.RunSQL.noop),
        M.RemoveConstraint("Volume", "percent"),
        M.RemoveConstraint("Volume", "one_of"),
        M.RemoveConstraint("Volume", "uniq"),
        M.RemoveConstraint("Volume", "some"),
        M.RemoveIndex("Volume", "low"),
        M.RemoveIndex("Volume", "pages_name"),
        M.AlterUniqueTogether("Volume", set()),
        M.AlterField("Volume", "title", m.TextField()),
        M.AddField("Volume", "more", m.TextField(default="")),
        M.RemoveField("Volume", "pages"),
    ]
    """,
]
CASES["CHANGE, MODIFY and several clauses"] = [
    """
    operations = [
        M.RunSQL("CREATE TABLE t (id int NOT NULL AUTO_INCREMENT, a int DEFAULT 5, b varchar(20) NOT NULL, c datetime NULL, d decimal(8,2) CHECK (d > 0), PRIMARY KEY (id), KEY (b(5)), UNIQUE KEY u (a, b(3)), INDEX USING BTREE (c DESC, a)) ENGINE=InnoDB DEFAULT CHARSET=latin1 COMMENT='it''s'"),
        M.RunSQL("ALTER TABLE t CHANGE a aa bigint NULL FIRST, MODIFY COLUMN b varchar(30) CHARACTER SET utf8mb4 AFTER id, ADD INDEX late (d, b(4)), ADD COLUMN (e int, f int UNIQUE), ADD CONSTRAINT big CHECK (e < f)"),
        M.RunSQL("ALTER TABLE t CHANGE COLUMN c c timestamp DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP, RENAME INDEX late TO later, ALTER COLUMN aa SET DEFAULT 7, ADD COLUMN g int AFTER d"),
        M.RunSQL("ALTER TABLE t DROP PRIMARY KEY, MODIFY id int NOT NULL, ADD PRIMARY KEY (id, b), ALTER aa DROP DEFAULT"),
        M.RunSQL("ALTER TABLE t DROP CONSTRAINT big, DROP KEY f, RENAME COLUMN e TO ee, DROP COLUMN g, ENGINE = InnoDB, ALGORITHM = COPY, LOCK = SHARED"),
        M.RunSQL("ALTER TABLE t DROP INDEX u, DROP COLUMN aa"),
        M.RunSQL("ALTER IGNORE TABLE t ADD h int; ALTER ONLINE TABLE t WAIT 5 DROP h"),
    ]
    """,
    """
    operations = [
        M.RunSQL("ALTER TABLE t RENAME s, COMMENT 'x'; ALTER TABLE s RENAME TO r; RENAME TABLE r TO q"),
        M.RunSQL("ALTER TABLE q MODIFY d decimal(8,2), DROP PRIMARY KEY, MODIFY f int NOT NULL DEFAULT 3 PRIMARY KEY"),
        M.RunSQL("ALTER TABLE q CHANGE f g int NOT NULL AUTO_INCREMENT, AUTO_INCREMENT = 100"),
    ]
    """,
]
CASES["renamed tables"] = [
    """
    operations = [
        M.RunSQL("CREATE TABLE a (id int PRIMARY KEY, x int, UNIQUE (x), FOREIGN KEY (x) REFERENCES a (id)); CREATE TABLE b (id int PRIMARY KEY, y int, KEY (y), CONSTRAINT own FOREIGN KEY (y) REFERENCES a (id), FOREIGN KEY (y) REFERENCES a (x))"),
        M.RunSQL("RENAME TABLE a TO c, b TO a, c TO b"),
        M.RunSQL("ALTER TABLE a ADD z int, ADD FOREIGN KEY (z) REFERENCES b (id); CREATE INDEX i ON b (x, id)"),
        M.RunSQL("RENAME TABLE a TO b_ibfk, b TO a"),
        M.RunSQL("DROP INDEX i ON a; DROP TABLE b_ibfk; ALTER TABLE a ADD w int UNIQUE"),
    ]
    """,
]
CASES["character sets"] = [
    """
    operations = [
        M.CreateModel("Word", [
            ("id", m.AutoField(primary_key=True)),
            ("plain", m.CharField(max_length=50, unique=True)),
            ("other", m.CharField(max_length=50, db_collation="utf8mb4_bin", db_index=True)),
            ("text", m.TextField(db_collation="utf8mb4_unicode_ci", null=True)),
            ("n", m.IntegerField()),
        ]),
        M.AlterField("Word", "plain", m.CharField(max_length=50, db_collation="utf8mb4_unicode_ci", unique=True)),
        M.AlterField("Word", "other", m.CharField(max_length=60, db_index=True)),
    ]
    """,
    """
    operations = [
        M.AddField("Word", "late", m.CharField(max_length=9, unique=True, null=True, db_collation="utf8mb4_bin")),
        M.AlterField("Word", "late", m.TextField(null=True, db_collation="utf8mb4_bin")),
        M.AlterField("Word", "text", m.IntegerField(null=True)),
        M.RunSQL("ALTER TABLE shop_word CONVERT TO CHARACTER SET latin1"),
        M.RunSQL("CREATE TABLE old (a varchar(9), b longtext CHARACTER SET ascii, c varchar(9) COLLATE latin1_bin, d varchar(5) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin, e blob) CHARACTER SET = latin1 COLLATE = latin1_swedish_ci"),
        M.RunSQL("ALTER TABLE old ADD f varchar(5), DEFAULT CHARACTER SET utf8mb4, ADD g varchar(5)"),
        M.RunSQL("ALTER TABLE old COLLATE utf8mb4_bin; ALTER TABLE old ADD h varchar(7), MODIFY a varchar(10)"),
    ]
    """,
    """
    operations = [
        M.RunSQL("ALTER TABLE shop_word CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci; ALTER TABLE old CONVERT TO CHARACTER SET utf8mb4"),
        M.AlterField("Word", "plain", m.CharField(max_length=70, unique=True)),
        M.AddField("Word", "more", m.CharField(max_length=9, default="x")),
    ]
    """,
]
CASES["fulltext, spatial and prefix indexes"] = [
    """
    operations = [
        M.RunSQL("CREATE TABLE t (id int PRIMARY KEY, a varchar(200), b text, c text, g point NOT NULL, FULLTEXT KEY words (a, b), SPATIAL INDEX (g), KEY (b(10), c(20)), UNIQUE (c(30)), FULLTEXT (c))"),
        M.RunSQL("CREATE FULLTEXT INDEX more ON t (b); CREATE UNIQUE INDEX front ON t (a(5), b(6) DESC); CREATE OR REPLACE INDEX front ON t (a(7)); CREATE INDEX IF NOT EXISTS front ON t (b(9)); CREATE INDEX h USING HASH ON t (a) COMMENT 'x'"),
        M.RunSQL("ALTER TABLE t DROP INDEX words, ADD FULLTEXT INDEX (b, c), ADD INDEX (a), ADD INDEX (a), ADD INDEX IF NOT EXISTS front (c(3)), ADD UNIQUE INDEX (a), DROP INDEX IF EXISTS nothing"),
        M.RunSQL("CREATE INDEX x ON t (a) ALGORITHM = INPLACE LOCK = NONE; DROP INDEX x ON t; DROP INDEX IF EXISTS x ON t"),
    ]
    """,
]
CASES["generated columns"] = [
    """
    operations = [
        M.CreateModel("Sum", [
            ("id", m.BigAutoField(primary_key=True)),
            ("a", m.IntegerField(db_default=3)),
            ("b", m.CharField(max_length=9, db_default="it's %d %")),
            ("t", m.GeneratedField(expression=F("a") * 2 + 1, output_field=m.BigIntegerField(), db_persist=True)),
            ("v", m.GeneratedField(expression=functions.Upper("b"), output_field=m.CharField(max_length=9), db_persist=False)),
            ("now", m.DateTimeField(db_default=functions.Now())),
        ]),
        M.AddField("Sum", "u", m.GeneratedField(expression=functions.Upper("b"), output_field=m.CharField(max_length=9, unique=True), db_persist=True)),
        M.AddField("Sum", "w", m.GeneratedField(expression=F("a") + 1, output_field=m.IntegerField(db_index=True), db_persist=False)),
        M.AddIndex("Sum", m.Index(fields=["t"], name="by_t")),
        M.AddConstraint("Sum", m.CheckConstraint(condition=Q(t__gt=0), name="t_positive")),
    ]
    """,
    """
    operations = [
        M.AlterField("Sum", "now", m.DateTimeField(null=True)),
        M.RenameField("Sum", "w", "x"),
        M.RemoveField("Sum", "u"),
        M.RemoveField("Sum", "v"),
        M.RemoveConstraint("Sum", "t_positive"),
        M.RemoveField("Sum", "t"),
        M.RemoveField("Sum", "x"),
    ]
    """,
    """
    operations = [
        M.AlterField("Sum", "a", m.IntegerField(db_default=4)),
        M.AlterField("Sum", "a", m.IntegerField(default=4)),
        M.AlterField("Sum", "b", m.CharField(max_length=9, null=True)),
        M.RunSQL("ALTER TABLE shop_sum ADD g int AS (a + 1), ADD h int GENERATED ALWAYS AS (a * 2) PERSISTENT UNIQUE, ADD i int AS (h) VIRTUAL"),
        M.RunSQL("ALTER TABLE shop_sum MODIFY h bigint AS (a * 3) PERSISTENT, DROP i"),
    ]
    """,
]
CASES["database defaults"] = [
    """
    import datetime, decimal
    operations = [
        M.CreateModel("Row", [("id", m.AutoField(primary_key=True)), ("x", m.IntegerField(db_default=1)), ("y", m.TextField(db_default="a"))]),
        M.AddField("Row", "a", m.DecimalField(max_digits=5, decimal_places=2, db_default=decimal.Decimal("1.50"))),
        M.AddField("Row", "b", m.FloatField(db_default=functions.Pi())),
        M.AddField("Row", "c", m.DateTimeField(db_default=functions.Now())),
        M.AddField("Row", "d", m.BooleanField(db_default=True)),
        M.AddField("Row", "e", m.DateField(db_default=datetime.date(2020, 1, 2))),
        M.AddField("Row", "f", m.CharField(max_length=20, db_default=functions.Concat(m.Value("a"), m.Value("it's")))),
        M.AddField("Row", "g", m.JSONField(db_default=[1, "%"])),
        M.AddField("Row", "h", m.PositiveIntegerField(db_default=1)),
    ]
    """,
    """
    operations = [
        M.AlterField("Row", "x", m.IntegerField(null=True, db_default=2)),
        M.AlterField("Row", "x", m.IntegerField(db_default=3)),
        M.AlterField("Row", "y", m.TextField(null=True)),
        M.AlterField("Row", "y", m.TextField(db_default="b")),
        M.AlterField("Row", "b", m.FloatField(default=1.5)),
        M.AlterField("Row", "d", m.BooleanField(null=True)),
        M.AlterField("Row", "h", m.PositiveBigIntegerField(db_default=1)),
        M.RenameField("Row", "c", "cc"),
        M.AlterField("Row", "cc", m.DateTimeField(null=True, db_default=functions.Now())),
    ]
    """,
]
CASES["comments"] = [
    """
    operations = [
        M.CreateModel("Note", [("id", m.BigAutoField(primary_key=True, db_comment="it's")), ("t", m.TextField(db_comment='a \\\\ "b" %')), ("n", m.IntegerField(null=True))], options={"db_table_comment": "'quoted' \\\\"}),
        M.AddField("Note", "p", m.PositiveIntegerField(default=1, db_comment="p")),
    ]
    """,
    """
    operations = [
        M.AlterModelTableComment("Note", "other"),
        M.AlterField("Note", "t", m.TextField(db_comment="new")),
        M.AlterField("Note", "n", m.IntegerField(db_comment="n", default=3)),
        M.AlterField("Note", "p", m.PositiveIntegerField(db_comment="q", null=True)),
        M.RenameField("Note", "n", "o"),
        M.AlterField("Note", "t", m.CharField(max_length=10)),
        M.AlterField("Note", "id", m.AutoField(primary_key=True)),
        M.AlterModelTableComment("Note", None),
    ]
    """,
]
CASES["auto fields"] = [
    """
    operations = [
        M.CreateModel("Item", [("key", m.IntegerField(primary_key=True))]),
        M.CreateModel("Part", [("id", m.SmallAutoField(primary_key=True)), ("item", m.ForeignKey("shop.Item", m.CASCADE)), ("others", m.ManyToManyField("self"))]),
    ]
    """,
    """
    operations = [
        M.AlterField("Item", "key", m.AutoField(primary_key=True)),
        M.AlterField("Part", "id", m.BigAutoField(primary_key=True)),
    ]
    """,
    """
    operations = [
        M.AlterField("Item", "key", m.BigAutoField(primary_key=True)),
        M.AlterModelTable("Item", "items"),
        M.AlterField("Item", "key", m.BigIntegerField(primary_key=True)),
        M.AlterField("Part", "id", m.CharField(max_length=32, primary_key=True)),
        M.RenameField("Item", "key", "id"),
        M.AlterField("Item", "id", m.CharField(primary_key=True, max_length=20)),
    ]
    """,
]
CASES["keys and checks without names"] = [
    """
    operations = [
        M.RunSQL("CREATE TABLE one (a int PRIMARY KEY, b int UNIQUE, c int CHECK (c > 0), d int CHECK (d > c), e int, f int, UNIQUE (b, c), UNIQUE (b, c, d), UNIQUE INDEX (b), CHECK (e > 0 AND f > 0), CHECK (1 > 0), CHECK (a > 0), INDEX (e), KEY (e, f))"),
        M.RunSQL("CREATE TABLE two (a int, b int, `primary` int UNIQUE KEY, FOREIGN KEY (a) REFERENCES one (a), PRIMARY KEY (a, b), CHECK (a > 0))"),
        M.RunSQL("ALTER TABLE two ADD UNIQUE (b), ADD CHECK (b > 0), ADD CHECK (b > 1), ADD COLUMN d int UNIQUE CHECK (d > 0), ADD CONSTRAINT UNIQUE (b, d), ADD CONSTRAINT CHECK (d > b), ADD CONSTRAINT named UNIQUE KEY other (d, b)"),
    ]
    """,
    """
    operations = [
        M.RunSQL("ALTER TABLE one DROP INDEX b_2, DROP CONSTRAINT CONSTRAINT_2, ADD CHECK (f > 3); ALTER TABLE one RENAME TO uno; ALTER TABLE uno ADD UNIQUE (b, e)"),
        M.RunSQL("CREATE TABLE IF NOT EXISTS uno (z int); CREATE OR REPLACE TABLE drei (a int); CREATE TABLE vier LIKE uno"),
        M.RunSQL("DROP TABLE IF EXISTS drei, nothing"),
    ]
    """,
]
CASES["columns dropped from keys"] = [
    """
    operations = [
        M.RunSQL("CREATE TABLE t (a int, b int, c int, d int, KEY ab (a, b), KEY b (b), KEY cba (c, b DESC, a), CHECK (c > 0), e int CHECK (e > 0))"),
        M.RunSQL("ALTER TABLE t DROP b"),
        M.RunSQL("ALTER TABLE t DROP COLUMN IF EXISTS b, DROP COLUMN e, ADD COLUMN IF NOT EXISTS a int, ADD COLUMN f int FIRST"),
        M.RunSQL("ALTER TABLE t DROP a, DROP INDEX cba, ADD INDEX (d, c)"),
    ]
    """,
]
CASES["triggers, views and routines"] = [
    LIBRARY,
    """
    operations = [
        M.RunSQL("CREATE VIEW thick AS SELECT title FROM shop_book WHERE pages > 100", "DROP VIEW thick"),
        M.RunSQL("CREATE TRIGGER touched BEFORE UPDATE ON shop_book FOR EACH ROW SET NEW.pages = 1", "DROP TRIGGER touched"),
        M.RunSQL("CREATE OR REPLACE ALGORITHM=MERGE SQL SECURITY INVOKER VIEW thick AS SELECT title, pages FROM shop_book", "SELECT 1"),
        M.RunSQL("CREATE FUNCTION twice(a int) RETURNS int DETERMINISTIC RETURN a * 2", "DROP FUNCTION twice"),
    ]
    """,
    """
    operations = [
        M.RunSQL("DROP VIEW IF EXISTS thick, nothing; DROP TRIGGER IF EXISTS touched"),
        M.AlterField("Book", "pages", m.IntegerField()),
    ]
    """,
]
CASES["rows and settings"] = [
    LIBRARY,
    """
    operations = [
        M.RunSQL("SET SESSION lock_wait_timeout = 5; SET foreign_key_checks = 0, @a = 3, @@session.sql_mode = ''"),
        M.RunSQL([("INSERT INTO shop_author (name) VALUES (%s), (%s)", ["it's 100% \\\\", "b"]), "REPLACE INTO shop_tag VALUES (1, 'a;b')", "INSERT IGNORE INTO shop_tag VALUES (1, 'x') ON DUPLICATE KEY UPDATE word = 'y'"], M.RunSQL.noop),
        M.RunSQL("UPDATE shop_author SET name = 'a' WHERE name LIKE '%x%'; DELETE FROM shop_author WHERE id > 3 LIMIT 5; UPDATE shop_book b JOIN shop_author a ON a.id = b.author_id SET b.title = a.name", "DELETE b FROM shop_book b JOIN shop_author a ON a.id = b.author_id"),
        M.RunSQL("SET SESSION sql_mode = 'STRICT_TRANS_TABLES'; SET foreign_key_checks = 1; TRUNCATE TABLE shop_book_tags; ANALYZE TABLE shop_book; OPTIMIZE TABLE shop_book"),
        M.RunSQL("LOCK TABLES shop_book WRITE, shop_author READ; ALTER TABLE shop_book ADD extra int; UNLOCK TABLES"),
        M.RunSQL('UPDATE shop_author SET name = "double ; \\\\" quoted" # a comment', "/*! ALTER TABLE shop_book ADD executable int */"),
    ]
    """,
]
CASES["engines and options"] = [
    """
    operations = [
        M.RunSQL("CREATE TABLE t (id int PRIMARY KEY, a varchar(20), KEY (a)) ENGINE=MyISAM ROW_FORMAT=FIXED CHECKSUM=1"),
        M.RunSQL("CREATE TABLE p (id int PRIMARY KEY) ENGINE InnoDB, ROW_FORMAT = COMPRESSED, KEY_BLOCK_SIZE 8, AUTO_INCREMENT=5, STATS_PERSISTENT=0"),
        M.RunSQL("ALTER TABLE t ENGINE=InnoDB, ROW_FORMAT=DYNAMIC CHECKSUM=0; ALTER TABLE p FORCE; ALTER TABLE t ADD b int, ORDER BY a"),
        M.RunSQL("CREATE TEMPORARY TABLE temporary (a int); DROP TEMPORARY TABLE temporary"),
    ]
    """,
]
CASES["serial and other types"] = [
    """
    operations = [
        M.RunSQL("CREATE TABLE s (id serial, a int(11) unsigned zerofill, b tinyint(1), c bool, d enum('a','b,c'), e set('x') NOT NULL, f double(8,2), g dec(5), h char, i binary(3), j varbinary(9), k bit, l year, n character varying(7), o integer signed, p int4, q timestamp(3) NULL, r mediumtext, s real, t numeric unsigned, u text(100), v fixed(4,1), w float(5), x json, y boolean DEFAULT true)"),
        M.RunSQL("CREATE TABLE s2 (id serial PRIMARY KEY, a bigint unsigned NOT NULL, b long varchar)"),
        M.RunSQL("ALTER TABLE s ADD z json, MODIFY x json, MODIFY a int, ADD z2 inet6, ADD z3 uuid"),
    ]
    """,
    'operations = [M.RunSQL("ALTER TABLE s MODIFY x longtext, MODIFY id bigint, CHANGE z zz json NOT NULL")]',
]
CASES["partitions"] = [
    """
    operations = [
        M.RunSQL("CREATE TABLE sale (id bigint, year int, PRIMARY KEY (id, year), KEY (year)) PARTITION BY RANGE (year) (PARTITION p0 VALUES LESS THAN (2020), PARTITION p1 VALUES LESS THAN MAXVALUE)"),
        M.RunSQL("ALTER TABLE sale ADD COLUMN price decimal(8,2), ADD KEY (price)"),
    ]
    """,
]
SHARED = (
    "non-ASCII model names",
    "db_table with quotes, dots and capitals",
    "RenameModel with foreign keys and many-to-many, fields added again",
    "model renamed and another of the old name made",
    "primary key type with children and many-to-many",
    "primary key moved to another field",
    "index names after a table was renamed",
    "one-to-one and foreign key",
    "order_with_respect_to",
    "foreign key to itself",
    "many-to-many becomes an explicit through model",
    "comments and types",
    "key columns renamed and key targets changed",
    "proxy, unmanaged and swapped models",
    "composite primary key",
    "index of a field made anew after its LIKE index",
    "many-to-many altered",
    "a target and what refers to it in one migration",
)
CASES.update({name: POSTGRESQL_CASES[name] for name in SHARED})


@pytest.mark.parametrize("case", CASES)
def test_case(mariadb: MySQLServer, case: str) -> None:
    with mariadb.scratch() as name:
        differences, _ = identity.compared(MySQL(mariadb, name), mariadb.name, CASES[case])
    assert differences == []


# What mysqlclient 2.3.1 makes of a timedelta.
TIMEDELTAS = {
    datetime.timedelta(0): "'0 0:0:0'",
    datetime.timedelta(1): "'1 0:0:0'",
    datetime.timedelta(-1): "'-1 0:0:0'",
    datetime.timedelta(seconds=-1): "'-0 0:0:1'",
    datetime.timedelta(microseconds=5): "'0 0:0:0.000005'",
    datetime.timedelta(days=1, seconds=3600): "'1 1:0:0'",
    datetime.timedelta(days=-3, seconds=5, microseconds=7): "'-2 23:59:54.999993'",
    datetime.timedelta(days=400, hours=25): "'401 1:0:0'",
}


def has(value: Any, kinds: Any) -> bool:
    return any(has(part, kinds) for part in value) if isinstance(value, (list, tuple)) else isinstance(value, kinds)


def test_literals(mariadb: MySQLServer) -> None:
    """Spelled by us and by the driver: the same, for all that Django hands over; or both have none."""
    with mariadb.connect() as connection, connection.cursor() as cursor:
        for value in identity.LITERALS:
            if has(value, (datetime.timedelta, memoryview, dict)) or "psycopg" in type(value).__module__:
                continue  # written in another way by each driver, or by none
            try:
                expected = cursor.mogrify("%s", [value])
            except pymysql.ProgrammingError:
                with pytest.raises(ValueError, match="can not be used with MySQL"):
                    mysql_literal(value)
            else:
                assert (value, mysql_literal(value)) == (value, expected)
        assert {value: mysql_literal(value) for value in TIMEDELTAS} == TIMEDELTAS
        for literal in TIMEDELTAS.values():
            cursor.execute(f"SELECT CAST({literal} AS time(6))")
