"""What is collected offline is, text for text and name for name, what `migrate` sends and what the server then holds."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db.migrations.executor import MigrationExecutor
from django.test import override_settings

from migration_lint.project import loading
from migration_lint.sql.vendors.postgresql import postgresql_literal
from migration_lint.types import Kind
from tests import identity
from tests.identity_postgresql import PostgreSQL
from tests.servers import Server

CONTRIB = ("admin", "flatpages", "messages", "postgres", "redirects", "sessions", "sites")

# Statements whose text is another one at every run, with what is put in place of the changing part. Nothing else may differ.
CHANGING = {
    # `default=uuid.uuid4` is called once, for the rows that are there.
    ("orders", "0003_order_public_id_alter_coupon_id_and_more", 0): (r"'[0-9a-f]{32}'::uuid", "'…'::uuid"),
}


def settled(sent: dict[Any, list[identity.Sent]]) -> dict[Any, list[identity.Sent]]:
    """The statements with their changing parts replaced, for those listed only."""
    found = {key: list(statements) for key, statements in sent.items()}
    for (label, name, index), (pattern, text) in CHANGING.items():
        statements = found[label, name]
        found[label, name] = [(i, re.sub(pattern, text, sql) if i == index else sql) for i, sql in statements]
    return found


@pytest.fixture(autouse=True)
def _allow_connections(django_db_blocker: Any) -> Iterator[None]:
    with django_db_blocker.unblock():
        yield


@pytest.fixture
def contrib() -> Iterator[None]:
    """The bookshop with all of Django's own apps that have migrations."""
    added = [f"django.contrib.{name}" for name in CONTRIB if f"django.contrib.{name}" not in settings.INSTALLED_APPS]
    with override_settings(INSTALLED_APPS=[*settings.INSTALLED_APPS, *added], SITE_ID=1):
        yield


@pytest.mark.parametrize("alias", ["default", "analytics"])
@pytest.mark.usefixtures("contrib")
def test_bookshop_and_contrib_apps(postgresql: Server, alias: str) -> None:
    graph = loading.load()
    assert graph.problems == ()
    impacts, catalog = identity.impacts_offline(graph.migrations, f"{alias}={postgresql.name}", graph.unmigrated)
    offline = identity.collected(impacts)
    with postgresql.scratch() as dsn:
        database = PostgreSQL(postgresql, dsn)
        with identity.connected(database, alias) as (connection, _):
            executor = MigrationExecutor(connection)
            plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
        assert offline.order == [(migration.app_label, migration.name) for migration, _ in plan]
        live = identity.run_live(database, lambda: graph.migrations, alias)
        assert identity.differing_statements(settled(offline.forwards), settled(live.forwards)) == []
        assert live.refused == offline.refused == {}
        assert identity.differing_statements(offline.backwards, live.backwards) == []
        assert identity.differences(database.described(catalog), database.held()) == []
    forwards, backwards = offline.count()
    expected = (250, 150) if alias == "default" else (3, 1)
    assert forwards >= expected[0]
    assert backwards >= expected[1]


@pytest.fixture(scope="module")
def database(postgresql: Server) -> Iterator[PostgreSQL]:
    with postgresql.scratch() as dsn:
        yield PostgreSQL(postgresql, dsn)


# Made at each start: what the cases build upon.
NOVEL = """
operations = [
    M.CreateModel("Novel", [
        ("book_ptr", m.OneToOneField("shop.Book", m.CASCADE, parent_link=True, auto_created=True, primary_key=True)),
        ("genre", m.CharField(max_length=20)),
    ], bases=("shop.book",)),
]
"""
LIBRARY = """
operations = [
    M.CreateModel("Author", [("id", m.BigAutoField(primary_key=True)), ("name", m.CharField(max_length=100))]),
    M.CreateModel("Tag", [("id", m.AutoField(primary_key=True)), ("word", m.SlugField(unique=True))]),
    M.CreateModel("Book", [
        ("id", m.BigAutoField(primary_key=True)),
        ("author", m.ForeignKey("shop.Author", m.CASCADE)),
        ("title", m.CharField(max_length=100, db_index=True)),
        ("pages", m.PositiveIntegerField(null=True)),
        ("tags", m.ManyToManyField("shop.Tag")),
    ]),
]
"""

CASES: dict[str, list[str]] = {}
CASES["long names"] = [
    """
    long = "a_name_that_is_long_" * 3
    operations = [
        M.CreateModel("Shelf" + "Long" * 20, [
            ("id", m.BigAutoField(primary_key=True)),
            (long + "x", m.CharField(max_length=10, db_index=True, unique=True)),
            (long + "y", m.PositiveIntegerField()),
        ]),
        M.CreateModel("Other" + "Long" * 20, [
            ("id", m.BigAutoField(primary_key=True)),
            (long + "k", m.ForeignKey("shop.Shelf" + "Long" * 20, m.CASCADE)),
            (long + "m", m.ManyToManyField("shop.Shelf" + "Long" * 20)),
        ]),
    ]
    """,
    """
    long = "a_name_that_is_long_" * 3
    operations = [
        M.AlterField("Shelf" + "Long" * 20, long + "y", m.BigIntegerField()),
        M.AlterField("Shelf" + "Long" * 20, long + "x", m.CharField(max_length=10)),
        M.AlterField("Other" + "Long" * 20, long + "k", m.ForeignKey("shop.Shelf" + "Long" * 20, m.CASCADE, null=True)),
    ]
    """,
]
CASES["long non-ASCII names in RunSQL"] = [
    """
    n = "größe_" * 9 + "länge"
    operations = [
        M.RunSQL(f'CREATE TABLE "{n}ü" (id serial PRIMARY KEY, "{n}" int UNIQUE, "x{n}" int CHECK ("x{n}" > 0), "xy{n}" serial)'),
        M.RunSQL(f'CREATE TABLE kürzer (größe serial, länge int REFERENCES "{n}ü", UNIQUE (größe, länge))'),
        M.RunSQL(f'CREATE INDEX ON "{n}ü" ("{n}"); CREATE INDEX ON "{n}ü" ("{n}", "x{n}"); CREATE INDEX ON kürzer (größe)'),
        M.RunSQL(f'ALTER TABLE "{n}ü" RENAME COLUMN "{n}" TO "z{n}"; ALTER TABLE "{n}ü" ADD UNIQUE ("z{n}", "x{n}")'),
        M.RunSQL("CREATE TABLE ÄÖ (Ü int UNIQUE, \\"ü\\" int UNIQUE)"),
    ]
    """,
]
CASES["non-ASCII model names"] = [
    """
    operations = [
        M.CreateModel("Größe", [
            ("id", m.BigAutoField(primary_key=True)),
            ("länge", m.CharField(max_length=10, unique=True)),
            ("straße_mit_sehr_langem_namen_und_noch_viel_mehr_ßßßßß", m.PositiveIntegerField(db_index=True)),
            ("eltern", m.ForeignKey("self", m.CASCADE, null=True)),
        ]),
        M.AlterField("Größe", "länge", m.TextField()),
        M.RenameField("Größe", "eltern", "väter"),
        M.RemoveField("Größe", "straße_mit_sehr_langem_namen_und_noch_viel_mehr_ßßßßß"),
    ]
    """,
]
CASES["db_table with quotes, dots and capitals"] = [
    """
    operations = [
        M.CreateModel("A", [("id", m.BigAutoField(primary_key=True)), ("x", m.IntegerField(unique=True))], options={"db_table": "MixedCase Table"}),
        M.CreateModel("B", [
            ("id", m.BigAutoField(primary_key=True)),
            ("a", m.ForeignKey("shop.A", m.CASCADE, db_column="The A")),
            ("s", m.SlugField(db_column="Say")),
            ("p", m.PositiveIntegerField(db_column="P P")),
        ], options={"db_table": '"Already Quoted"'}),
        M.CreateModel("C", [("id", m.AutoField(primary_key=True)), ("t", m.ManyToManyField("shop.A", db_table="m2m Two")), ("u", m.CharField(max_length=5, unique=True))], options={"db_table": "With Dash-"}),
    ]
    """,
    """
    operations = [
        M.AlterField("B", "a", m.ForeignKey("shop.A", m.CASCADE, null=True, db_column="The A")),
        M.AlterField("B", "s", m.CharField(max_length=20, db_column="Say")),
        M.AlterField("B", "p", m.IntegerField(db_column="P P")),
        M.AlterModelTable("A", "other Case"),
        M.AlterField("A", "x", m.IntegerField()),
        M.AlterField("A", "id", m.AutoField(primary_key=True)),
        M.AlterModelTable("B", None),
        M.RemoveField("B", "a"),
        M.AlterField("C", "u", m.CharField(max_length=50)),
        M.AlterModelTable("C", "nodot"),
    ]
    """,
]
CASES["RenameModel with foreign keys and many-to-many, fields added again"] = [
    LIBRARY,
    """
    operations = [
        M.RenameModel("Book", "Volume"),
        M.RemoveField("Volume", "author"),
        M.AddField("Volume", "author", m.ForeignKey("shop.Author", m.CASCADE, null=True)),
        M.RemoveField("Volume", "tags"),
        M.AddField("Volume", "tags", m.ManyToManyField("shop.Tag")),
        M.RenameModel("Author", "Writer"),
        M.AlterField("Volume", "author", m.ForeignKey("shop.Writer", m.CASCADE)),
        M.RenameField("Volume", "author", "writer"),
    ]
    """,
    """
    operations = [
        M.RenameModel("Volume", "Book"),
        M.AlterField("Book", "title", m.TextField()),
        M.RenameModel("Tag", "Label"),
        M.AlterField("Label", "id", m.BigAutoField(primary_key=True)),
        M.CreateModel("Tag", [("id", m.AutoField(primary_key=True)), ("word", m.CharField(max_length=9, db_index=False))]),
    ]
    """,
]
CASES["model renamed and another of the old name made"] = [
    LIBRARY,
    """
    operations = [
        M.RenameModel("Author", "OldAuthor"),
        M.CreateModel("Author", [("id", m.AutoField(primary_key=True)), ("name", m.CharField(max_length=100, unique=True))]),
        M.RenameModel("Book", "OldBook"),
        M.CreateModel("Book", [
            ("id", m.BigAutoField(primary_key=True)),
            ("writer", m.ForeignKey("shop.Author", m.CASCADE)),
            ("title", m.TextField()),
            ("pages", m.PositiveIntegerField(null=True)),
            ("labels", m.ManyToManyField("shop.Tag")),
        ]),
    ]
    """,
    """
    operations = [
        M.AlterField("OldBook", "pages", m.IntegerField(null=True)),
        M.AlterField("OldBook", "author", m.ForeignKey("shop.OldAuthor", m.CASCADE, db_index=False)),
        M.DeleteModel("OldBook"),
        M.DeleteModel("OldAuthor"),
        M.AlterField("Book", "pages", m.SmallIntegerField()),
    ]
    """,
]
CASES["primary key type with children and many-to-many"] = [
    LIBRARY,
    NOVEL,
    """
    operations = [
        M.AlterField("Book", "id", m.AutoField(primary_key=True)),
        M.AlterField("Author", "id", m.CharField(max_length=36, primary_key=True)),
    ]
    """,
    """
    operations = [
        M.AlterField("Tag", "id", m.BigAutoField(primary_key=True)),
        M.AlterField("Book", "id", m.IntegerField(primary_key=True)),
    ]
    """,
    """
    operations = [
        M.AlterField("Book", "id", m.BigAutoField(primary_key=True)),
        M.AlterField("Tag", "id", m.CharField(max_length=30, primary_key=True)),
    ]
    """,
]
CASES["primary key moved to another field"] = [
    """
    operations = [
        M.CreateModel("Coin", [("id", m.AutoField(primary_key=True)), ("code", m.CharField(max_length=3, unique=True))]),
        M.CreateModel("Price", [("id", m.AutoField(primary_key=True)), ("coin", m.CharField(max_length=3))]),
    ]
    """,
    """
    operations = [
        M.RemoveField("Coin", "id"),
        M.AlterField("Coin", "code", m.CharField(max_length=3, primary_key=True)),
    ]
    """,
    """
    operations = [
        M.AlterField("Price", "coin", m.ForeignKey("shop.Coin", m.CASCADE)),
        M.AlterField("Coin", "code", m.CharField(max_length=10, primary_key=True)),
        M.RenameField("Coin", "code", "iso"),
    ]
    """,
]
CASES["constraints without names"] = [
    """
    operations = [
        M.RunSQL("CREATE TABLE one (a int PRIMARY KEY, b int UNIQUE, c int CHECK (c > 0), d int CHECK (d > c), e int REFERENCES one, f int, UNIQUE (b, c), UNIQUE (b, c, d), CHECK (e > 0 AND f > 0), CHECK (1 > 0), CHECK (a > 0), EXCLUDE USING btree (f WITH =))"),
        M.RunSQL("CREATE TABLE two (a int, b int, c int, FOREIGN KEY (a) REFERENCES one, FOREIGN KEY (a) REFERENCES one (b), PRIMARY KEY (a, b))"),
        M.RunSQL("CREATE INDEX ON one (a); CREATE INDEX ON one (a); CREATE INDEX ON one (lower(c::text)); CREATE INDEX ON one (a, lower(c::text), (d + 1)); CREATE UNIQUE INDEX ON one (b) WHERE b > 3; CREATE INDEX ON one USING hash (b); CREATE INDEX ON one (f) INCLUDE (a, b)"),
        M.RunSQL("ALTER TABLE two ADD UNIQUE (c), ADD CHECK (c > 0), ADD CHECK (c > 1), ADD FOREIGN KEY (b) REFERENCES one, ADD COLUMN d int UNIQUE CHECK (d > 0) REFERENCES one"),
        M.RunSQL("CREATE SEQUENCE one_g_seq; ALTER TABLE one ADD g serial; ALTER TABLE one ADD h bigint GENERATED BY DEFAULT AS IDENTITY"),
        M.RunSQL("CREATE TABLE two_pkey2 (a int); CREATE TABLE three_pkey (a int); CREATE TABLE three (a int PRIMARY KEY)"),
        M.RunSQL("CREATE UNIQUE INDEX fast ON two (b, c); ALTER TABLE two ADD UNIQUE USING INDEX fast; CREATE UNIQUE INDEX slow ON two (d); ALTER TABLE two ADD CONSTRAINT named UNIQUE USING INDEX slow"),
    ]
    """,
    """
    operations = [
        M.RunSQL("ALTER TABLE one DROP CONSTRAINT one_b_c_key, DROP COLUMN d"),
        M.RunSQL("ALTER TABLE one RENAME TO uno; ALTER TABLE uno ADD UNIQUE (c); ALTER TABLE uno RENAME COLUMN b TO bb; ALTER TABLE uno ADD UNIQUE (bb)"),
        M.RunSQL("ALTER INDEX one_a_idx RENAME TO one_a_first; CREATE INDEX ON uno (a); ALTER TABLE two RENAME CONSTRAINT named TO renamed"),
        M.RunSQL("CREATE TABLE IF NOT EXISTS uno (z int); CREATE INDEX IF NOT EXISTS one_a_first ON uno (c)"),
        M.RunSQL("ALTER TABLE three RENAME TO drei; CREATE TABLE three (a int PRIMARY KEY, b int UNIQUE); ALTER SEQUENCE one_g_seq1 RENAME TO gees"),
    ]
    """,
]
CASES["unnamed CHECK constraints of all forms"] = [
    """
    operations = [
        M.RunSQL('CREATE TABLE checks ("Mixed" int CHECK ("Mixed" > 0), b int CHECK (b > 0) CHECK (b < 10), c int CHECK (b < c), d int CHECK (checks.d > 0), e text CHECK (length(e) > 2 AND e <> \\'b\\'), f int, CHECK (f IS NOT NULL), CHECK (f > 0 OR f < -7))'),
        M.RunSQL("ALTER TABLE checks ADD CHECK (f > e::int), ADD COLUMN g int DEFAULT 1 NOT NULL CHECK (g > 0), ADD CHECK (true)"),
    ]
    """,
]
CASES["unique_together and index_together after renames"] = [
    LIBRARY,
    """
    operations = [
        M.AlterUniqueTogether("Book", {("author", "title")}),
        M.RenameField("Book", "title", "name"),
        M.AlterUniqueTogether("Book", {("author", "name"), ("name", "pages")}),
        M.RenameModel("Book", "Volume"),
        M.AlterUniqueTogether("Volume", {("name", "pages")}),
        M.AlterField("Volume", "name", m.CharField(max_length=50, db_column="title")),
    ]
    """,
    """
    operations = [
        M.AlterUniqueTogether("Volume", {("author", "name")}),
        M.AlterModelTable("Volume", "volumes"),
        M.AlterUniqueTogether("Volume", set()),
        M.AddIndex("Volume", m.Index(fields=["name", "-pages"], name="name_pages")),
        M.RenameIndex("Volume", "pages_name", old_name="name_pages"),
        M.AddConstraint("Volume", m.UniqueConstraint(fields=["name", "author"], name="uniq")),
        M.AddConstraint("Volume", m.UniqueConstraint(fields=["name"], condition=Q(pages__gt=3), name="some")),
        M.AddConstraint("Volume", m.UniqueConstraint(functions.Lower("name"), name="low")),
        M.AddConstraint("Volume", m.CheckConstraint(condition=Q(name__contains="%") | Q(pages__gt=0), name="percent")),
        M.AddConstraint("Volume", m.UniqueConstraint(fields=["pages"], include=["name"], name="inc")),
        M.AddConstraint("Volume", m.UniqueConstraint(fields=["id", "pages"], deferrable=m.Deferrable.DEFERRED, name="dfr")),
    ]
    """,
    """
    operations = [
        M.RemoveConstraint("Volume", "uniq"),
        M.RemoveConstraint("Volume", "some"),
        M.RemoveField("Volume", "pages"),
        M.AlterField("Volume", "name", m.TextField(db_column="title", unique=True)),
        M.AlterField("Volume", "name", m.TextField(unique=True)),
    ]
    """,
]
CASES["index names after a table was renamed"] = [
    LIBRARY,
    """
    operations = [
        M.AlterModelTable("Book", "tomes"),
        M.AddField("Book", "code", m.SlugField(null=True)),
        M.AlterField("Book", "title", m.CharField(max_length=100)),
        M.AlterField("Book", "pages", m.PositiveIntegerField(null=True, db_index=True)),
        M.AddIndex("Book", m.Index(functions.Upper("title"), name="up")),
    ]
    """,
    """
    operations = [
        M.AlterField("Book", "title", m.CharField(max_length=100, unique=True)),
        M.AlterField("Book", "code", m.SlugField(null=True, db_index=False)),
        M.AlterField("Book", "pages", m.IntegerField(null=True)),
        M.AlterModelTable("Book", None),
        M.AlterField("Book", "title", m.CharField(max_length=100)),
        M.RemoveIndex("Book", "up"),
    ]
    """,
]
CASES["collations"] = [
    """
    operations = [
        CreateCollation("case_insensitive", provider="icu", locale="und-u-ks-level2", deterministic=False),
        CreateCollation("German", provider="icu", locale="de-x-icu"),
        M.CreateModel("Word", [
            ("id", m.BigAutoField(primary_key=True)),
            ("soft", m.CharField(max_length=20, db_collation="case_insensitive", unique=True)),
            ("hard", m.CharField(max_length=20, db_collation="German", db_index=True)),
            ("plain", m.CharField(max_length=50)),
        ]),
    ]
    """,
    """
    operations = [
        M.AlterField("Word", "plain", m.CharField(max_length=50, db_collation="case_insensitive", db_index=True)),
        M.AlterField("Word", "hard", m.CharField(max_length=30, db_collation="C", db_index=True)),
        M.AlterField("Word", "soft", m.CharField(max_length=40, db_collation="German", unique=True)),
    ]
    """,
    """
    operations = [
        M.AlterField("Word", "plain", m.CharField(max_length=50)),
        M.AddField("Word", "late", m.CharField(max_length=9, unique=True, null=True, db_collation="case_insensitive")),
        M.AlterField("Word", "late", m.CharField(max_length=9, db_index=True, null=True, db_collation="German")),
        M.AddField("Word", "sure", m.SlugField(null=True, db_collation="case_insensitive")),
        M.AlterField("Word", "late", m.TextField(null=True)),
        M.AlterField("Word", "hard", m.TextField(db_index=True)),
        M.AlterField("Word", "soft", m.CharField(max_length=40, db_collation="case_insensitive", unique=True)),
        RemoveCollation("German", locale="de-x-icu", provider="icu"),
    ]
    """,
]
CASES["identity added and dropped"] = [
    """
    operations = [
        M.CreateModel("Item", [("key", m.IntegerField(primary_key=True))]),
        M.CreateModel("Part", [("id", m.SmallAutoField(primary_key=True)), ("item", m.ForeignKey("shop.Item", m.CASCADE))]),
    ]
    """,
    'operations = [M.AlterField("Item", "key", m.AutoField(primary_key=True))]',
    """
    operations = [
        M.AlterField("Item", "key", m.BigAutoField(primary_key=True)),
        M.AlterModelTable("Item", "items"),
        M.AlterField("Item", "key", m.BigIntegerField(primary_key=True)),
        M.AlterField("Item", "key", m.SmallAutoField(primary_key=True)),
    ]
    """,
    """
    operations = [
        M.RenameField("Item", "key", "id"),
        M.AlterField("Item", "id", m.CharField(primary_key=True, max_length=20)),
        M.AlterField("Part", "id", m.BigAutoField(primary_key=True)),
        M.RunSQL("ALTER TABLE shop_part ALTER id DROP IDENTITY"),
        M.RunSQL("ALTER TABLE shop_part ALTER id ADD GENERATED ALWAYS AS IDENTITY"),
        M.RunSQL("ALTER TABLE shop_part ALTER id DROP IDENTITY IF EXISTS"),
    ]
    """,
]
CASES["serial columns made by old migrations"] = [
    """
    operations = [
        M.SeparateDatabaseAndState(
            [M.RunSQL('CREATE TABLE shop_old (id serial NOT NULL PRIMARY KEY, "big" bigserial, small smallserial UNIQUE)')],
            [M.CreateModel("Old", [("id", m.AutoField(primary_key=True)), ("big", m.BigIntegerField()), ("small", m.SmallIntegerField(unique=True))])],
        ),
    ]
    """,
    """
    operations = [
        M.AlterField("Old", "id", m.BigAutoField(primary_key=True)),
        M.RenameModel("Old", "Older"),
        M.AlterField("Older", "small", m.SmallIntegerField()),
        M.RemoveField("Older", "big"),
    ]
    """,
    'operations = [M.AlterField("Older", "id", m.IntegerField(primary_key=True))]',
    'operations = [M.AlterField("Older", "id", m.BigAutoField(primary_key=True))]',
]
CASES["one-to-one and foreign key"] = [
    LIBRARY,
    NOVEL,
    """
    operations = [
        M.AlterField("Book", "author", m.OneToOneField("shop.Author", m.CASCADE)),
        M.AddField("Author", "best", m.OneToOneField("shop.Book", m.SET_NULL, null=True, related_name="+")),
    ]
    """,
    """
    operations = [
        M.AlterField("Book", "author", m.ForeignKey("shop.Author", m.CASCADE)),
        M.AlterField("Author", "best", m.ForeignKey("shop.Book", m.SET_NULL, null=True, related_name="+", db_index=False)),
        M.AlterField("Author", "best", m.ForeignKey("shop.Book", m.SET_NULL, null=True, related_name="+", db_constraint=False)),
    ]
    """,
    """
    operations = [
        M.AlterField("Author", "best", m.BigIntegerField(null=True)),
        M.AlterField("Book", "author", m.ForeignKey("shop.Author", m.CASCADE, db_column="writer")),
        M.AlterField("Author", "best", m.ForeignKey("shop.Novel", m.SET_NULL, null=True, related_name="+", db_column="best")),
        M.AlterField("Book", "author", m.IntegerField(db_column="writer")),
    ]
    """,
]
CASES["order_with_respect_to"] = [
    LIBRARY,
    'operations = [M.AlterOrderWithRespectTo("Book", "author")]',
    """
    operations = [
        M.AlterOrderWithRespectTo("Book", None),
        M.CreateModel("Page", [("id", m.BigAutoField(primary_key=True)), ("book", m.ForeignKey("shop.Book", m.CASCADE))], options={"order_with_respect_to": "book"}),
    ]
    """,
]
CASES["generated columns and database defaults"] = [
    """
    operations = [
        M.CreateModel("Sum", [
            ("id", m.BigAutoField(primary_key=True)),
            ("a", m.IntegerField(db_default=3)),
            ("b", m.CharField(max_length=9, db_default="it's %d \\\\ %")),
            ("t", m.GeneratedField(expression=F("a") * 2 + 1, output_field=m.BigIntegerField(), db_persist=True)),
            ("now", m.DateTimeField(db_default=functions.Now())),
            ("j", m.JSONField(db_default={"a": ["%s", None]})),
        ]),
        M.AddField("Sum", "u", m.GeneratedField(expression=functions.Upper("b"), output_field=m.CharField(max_length=9, unique=True), db_persist=True)),
        M.AddField("Sum", "c", m.DecimalField(max_digits=5, decimal_places=2, db_default="1.50")),
        M.AddIndex("Sum", m.Index(fields=["t"], name="by_t")),
        M.AddConstraint("Sum", m.CheckConstraint(condition=Q(t__gt=0), name="t_positive")),
    ]
    """,
    """
    operations = [
        M.AlterField("Sum", "a", m.IntegerField(db_default=4)),
        M.AlterField("Sum", "a", m.IntegerField(default=4)),
        M.AlterField("Sum", "b", m.CharField(max_length=9, null=True)),
        M.RemoveField("Sum", "u"),
        M.AlterField("Sum", "now", m.DateTimeField(null=True)),
        M.RemoveField("Sum", "j"),
        M.RemoveConstraint("Sum", "t_positive"),
        M.RemoveField("Sum", "t"),
    ]
    """,
]
CASES["foreign key to itself"] = [
    """
    operations = [
        M.CreateModel("Node", [
            ("id", m.AutoField(primary_key=True)),
            ("parent", m.ForeignKey("self", m.CASCADE, null=True)),
            ("friends", m.ManyToManyField("self")),
            ("fans", m.ManyToManyField("self", symmetrical=False, related_name="idols")),
        ]),
    ]
    """,
    """
    operations = [
        M.AlterField("Node", "id", m.BigAutoField(primary_key=True)),
        M.RenameModel("Node", "Vertex"),
        M.RenameField("Vertex", "parent", "up"),
    ]
    """,
    """
    operations = [
        M.AlterField("Vertex", "up", m.OneToOneField("self", m.CASCADE, null=True)),
        M.AlterField("Vertex", "id", m.CharField(max_length=36, primary_key=True)),
        M.RemoveField("Vertex", "friends"),
        M.RenameField("Vertex", "fans", "followers"),
    ]
    """,
]
CASES["ALTER TABLE in a DO block"] = [
    LIBRARY,
    """
    operations = [
        M.RunSQL('''
            DO $$
            BEGIN
                ALTER TABLE shop_book ADD COLUMN note text;
                ALTER TABLE shop_book ADD CONSTRAINT noted CHECK (note <> '');
                CREATE INDEX noted_at ON shop_book (note);
            END
            $$
        '''),
        M.RunSQL("ALTER TABLE shop_book ADD UNIQUE (note); ALTER TABLE shop_book DROP CONSTRAINT noted"),
    ]
    """,
]
CASES["many-to-many becomes an explicit through model"] = [
    LIBRARY,
    """
    operations = [
        M.SeparateDatabaseAndState(
            [M.RunSQL("ALTER TABLE shop_book_tags RENAME TO shop_booktag", "ALTER TABLE shop_booktag RENAME TO shop_book_tags")],
            [
                M.CreateModel("BookTag", [
                    ("id", m.BigAutoField(primary_key=True)),
                    ("book", m.ForeignKey("shop.Book", m.CASCADE)),
                    ("tag", m.ForeignKey("shop.Tag", m.CASCADE)),
                ]),
                M.AlterField("Book", "tags", m.ManyToManyField("shop.Tag", through="shop.BookTag")),
            ],
        ),
        M.AddField("BookTag", "added", m.DateTimeField(null=True, db_index=True)),
    ]
    """,
    """
    operations = [
        M.AlterField("BookTag", "tag", m.ForeignKey("shop.Tag", m.CASCADE, null=True)),
        M.AlterUniqueTogether("BookTag", {("book", "tag")}),
        M.AlterField("Book", "id", m.AutoField(primary_key=True)),
        M.AlterField("BookTag", "id", m.AutoField(primary_key=True)),
    ]
    """,
    'operations = [M.RenameModel("BookTag", "Labelling"), M.RenameField("Labelling", "tag", "label"), M.DeleteModel("Labelling")]',
]
CASES["concurrent indexes and constraints not validated"] = [
    LIBRARY,
    """
    atomic = False
    operations = [
        AddIndexConcurrently("Book", m.Index(fields=["pages"], name="by_pages")),
        M.AddConstraint("Book", m.UniqueConstraint(fields=["title"], name="one_title")),
        AddConstraintNotValid("Book", m.CheckConstraint(condition=Q(title__gt=""), name="titled")),
        M.RunSQL("CREATE UNIQUE INDEX CONCURRENTLY later ON shop_author (name) WHERE name > 'b'", "DROP INDEX CONCURRENTLY later"),
        M.AddField("Author", "born", m.DateField(null=True, db_index=True)),
        RemoveIndexConcurrently("Book", "by_pages"),
    ]
    """,
    """
    operations = [
        ValidateConstraint("Book", "titled"),
        M.RunSQL("ALTER TABLE shop_book ADD CONSTRAINT fk FOREIGN KEY (pages) REFERENCES shop_tag NOT VALID", "ALTER TABLE shop_book DROP CONSTRAINT fk"),
        M.AddIndex("Book", BrinIndex(fields=["id"], name="brin", pages_per_range=4)),
        M.AddIndex("Book", HashIndex(fields=["title"], name="hashed", condition=Q(pages__gt=10))),
        M.AddIndex("Author", m.Index(fields=["name"], opclasses=["varchar_pattern_ops"], name="pattern")),
    ]
    """,
]
CASES["contrib.postgres fields"] = [
    """
    operations = [
        CITextExtension(), HStoreExtension(), BtreeGistExtension(), TrigramExtension(), UnaccentExtension(), BtreeGinExtension(),
        M.CreateModel("Room", [
            ("id", m.BigAutoField(primary_key=True)),
            ("tags", ArrayField(m.CharField(max_length=10), default=list, size=3)),
            ("grid", ArrayField(ArrayField(m.IntegerField()), null=True)),
            ("busy", DateTimeRangeField()),
            ("floor", IntegerRangeField(null=True)),
            ("options", HStoreField(default=dict)),
            ("number", m.IntegerField()),
        ]),
        M.AddIndex("Room", GinIndex(fields=["tags"], name="room_tags_gin", fastupdate=False)),
        M.AddConstraint("Room", ExclusionConstraint(name="no_overlap", expressions=[("busy", RangeOperators.OVERLAPS), ("number", RangeOperators.EQUAL)])),
    ]
    """.replace("ExclusionConstraint(", "ExclusionConstraint(index_type='gist', "),
    """
    operations = [
        M.AlterField("Room", "tags", ArrayField(m.CharField(max_length=20), default=list)),
        M.AlterField("Room", "tags", ArrayField(m.TextField(), default=list, db_index=True)),
        M.RemoveConstraint("Room", "no_overlap"),
        M.AddField("Room", "more", HStoreField(default={"a": "b'%", "n": None})),
        M.AddField("Room", "list", ArrayField(m.IntegerField(), default=[1, -2])),
    ]
    """,
]
CASES["comments and types"] = [
    """
    operations = [
        M.CreateModel("Note", [
            ("id", m.BigAutoField(primary_key=True, db_comment="it's")),
            ("t", m.TextField(db_comment="a \\\\ b")),
            ("ip", m.GenericIPAddressField(null=True, db_index=True)),
            ("f", m.FloatField(default=1.5)), ("d", m.DurationField(null=True)), ("b", m.BinaryField(null=True)),
            ("j", m.JSONField(null=True)), ("u", m.UUIDField(unique=True)), ("ti", m.TimeField(null=True)),
        ], options={"db_table_comment": "'quoted' \\\\"}),
    ]
    """,
    """
    operations = [
        M.AlterModelTableComment("Note", "other"),
        M.AlterField("Note", "t", m.CharField(max_length=10, db_comment="new")),
        M.AlterField("Note", "ip", m.CharField(max_length=50, db_index=True, default="%")),
        M.AlterField("Note", "j", m.TextField(null=True)),
        M.AlterField("Note", "u", m.CharField(max_length=36, unique=True)),
        M.AlterField("Note", "f", m.DecimalField(max_digits=8, decimal_places=3)),
    ]
    """,
]
CASES["views, partitions, triggers, other schemas"] = [
    LIBRARY,
    """
    operations = [
        M.RunSQL("CREATE VIEW thick AS SELECT title FROM shop_book WHERE pages > 100", "DROP VIEW thick"),
        M.RunSQL("CREATE MATERIALIZED VIEW counted AS SELECT author_id, count(*) n FROM shop_book GROUP BY 1; CREATE UNIQUE INDEX ON counted (author_id)", "DROP MATERIALIZED VIEW counted"),
        M.RunSQL("CREATE TABLE sale (id bigint, year int CHECK (year > 0) NOT NULL, author_id bigint REFERENCES shop_author, PRIMARY KEY (id, year), UNIQUE (year, id)) PARTITION BY RANGE (year); CREATE TABLE sale_2020 PARTITION OF sale FOR VALUES FROM (2020) TO (2021); CREATE TABLE sale_rest PARTITION OF sale DEFAULT; CREATE INDEX ON sale (author_id)", "DROP TABLE sale"),
        M.RunSQL("CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$; CREATE TRIGGER touched BEFORE UPDATE ON shop_book FOR EACH ROW EXECUTE FUNCTION touch()", "DROP TRIGGER touched ON shop_book; DROP FUNCTION touch()"),
        M.RunSQL("CREATE SCHEMA stock; CREATE TABLE stock.item (id serial PRIMARY KEY, book_id bigint REFERENCES public.shop_book UNIQUE); CREATE INDEX ON stock.item (book_id)", "DROP SCHEMA stock CASCADE"),
        M.RunSQL("CREATE TABLE copied AS SELECT id, title FROM shop_book", "DROP TABLE copied"),
        M.RunSQL("CREATE TABLE alike (LIKE shop_book INCLUDING ALL)", "DROP TABLE alike"),
        M.RunSQL("CREATE INDEX ON shop_book ((title || 'x'), (pages::text), lower(title), upper(lower(title)), (title), (pages + 1), coalesce(pages, 1))", "SELECT 2"),
    ]
    """,
    """
    operations = [
        M.RunSQL("ALTER TABLE stock.item RENAME TO thing; ALTER TABLE stock.thing ADD CHECK (book_id > 0)"),
        M.RunSQL("CREATE TABLE sale_2021 PARTITION OF sale FOR VALUES FROM (2021) TO (2022); ALTER TABLE sale ADD COLUMN price numeric(8, 2); ALTER TABLE sale ADD CHECK (price > 0); ALTER TABLE sale ADD UNIQUE (year, price); CREATE INDEX ON sale (lower(price::text)); ALTER TABLE sale DETACH PARTITION sale_2020"),
        M.RunSQL("DROP TRIGGER touched ON shop_book; DROP VIEW thick"),
        M.RunSQL("ALTER TABLE shop_book ALTER title TYPE text; DROP MATERIALIZED VIEW counted"),
    ]
    """,
]
CASES["columns and tables dropped with what hangs on them"] = [
    LIBRARY,
    NOVEL,
    """
    operations = [
        M.AddField("Book", "sold", m.IntegerField(default=0, db_index=True)),
        M.AddConstraint("Book", m.CheckConstraint(condition=Q(sold__gte=F("pages")), name="both")),
        M.AddConstraint("Book", m.UniqueConstraint(fields=["sold", "title"], name="pair")),
        M.AddIndex("Book", m.Index(fields=["sold"], condition=Q(pages__gt=1), name="part")),
        M.RemoveField("Novel", "genre"),
    ]
    """,
    """
    operations = [
        M.RunSQL("ALTER TABLE shop_book DROP COLUMN sold"),
        M.RunSQL("DROP TABLE shop_author CASCADE; DROP TABLE shop_tag, shop_book_tags CASCADE"),
        M.RunSQL("ALTER TABLE shop_book DROP CONSTRAINT shop_book_pkey CASCADE"),
    ]
    """,
]
CASES["key columns renamed and key targets changed"] = [
    LIBRARY,
    """
    operations = [
        M.AddField("Author", "code", m.CharField(max_length=8, unique=True, default="x")),
        M.AlterField("Book", "author", m.ForeignKey("shop.Author", m.CASCADE, to_field="code")),
    ]
    """,
    """
    operations = [
        M.RenameField("Author", "code", "short"),
        M.AlterField("Author", "short", m.CharField(max_length=12, unique=True, default="x")),
        M.RenameField("Book", "author", "writer"),
    ]
    """,
    """
    operations = [
        M.AlterField("Book", "writer", m.ForeignKey("shop.Author", m.CASCADE, to_field="short", db_column="author_code")),
        M.AlterField("Author", "short", m.CharField(max_length=12, unique=True, db_column="Kürzel")),
        M.AlterField("Book", "writer", m.ForeignKey("shop.Tag", m.CASCADE, to_field="word", db_column="author_code")),
    ]
    """,
]
CASES["proxy, unmanaged and swapped models"] = [
    LIBRARY,
    NOVEL,
    """
    operations = [
        M.CreateModel("Bestseller", [], options={"proxy": True}, bases=("shop.book",)),
        M.CreateModel("Legacy", [("id", m.AutoField(primary_key=True)), ("book", m.ForeignKey("shop.Bestseller", m.DO_NOTHING))], options={"managed": False, "db_table": "legacy"}),
        M.CreateModel("Rank", [("id", m.AutoField(primary_key=True)), ("best", m.ForeignKey("shop.Bestseller", m.CASCADE))]),
        M.RunSQL("CREATE TABLE legacy (id serial primary key, book_id bigint)", "DROP TABLE legacy"),
        M.AlterModelOptions("Legacy", {"managed": True}),
    ]
    """,
    """
    operations = [
        M.AlterField("Book", "id", m.AutoField(primary_key=True)),
        M.AddField("Legacy", "more", m.IntegerField(null=True)),
        M.DeleteModel("Bestseller"),
    ]
    """,
]
CASES["percent signs and parameters"] = [
    LIBRARY,
    """
    operations = [
        M.RunSQL("UPDATE shop_author SET name = '50%' WHERE name LIKE '%x%'", "UPDATE shop_author SET name = '%s'"),
        M.RunSQL([("INSERT INTO shop_author (name) VALUES (%s)", ["it's 100% \\\\"]), ("INSERT INTO shop_author (name) SELECT %(a)s || '%%'", {"a": "b"}), ("DELETE FROM shop_author WHERE name LIKE '%%'", None), "DELETE FROM shop_author WHERE name LIKE '%%'", ["SELECT 1", []]], M.RunSQL.noop),
        M.RunSQL(["SELECT 3", "", ("UPDATE shop_book SET pages = %s, title = %s", (-4, None))], [("SELECT %s", ["%"])]),
        M.RunSQL(("SELECT 4; SELECT '%%;' ; ", "-- nothing but words\\n")),
        M.AddConstraint("Book", m.CheckConstraint(condition=Q(title__endswith="50%'\\\\"), name="half")),
        M.AddConstraint("Book", m.CheckConstraint(condition=Q(title__in=["%s", "%%", "a"]), name="one_of")),
        M.AddIndex("Book", m.Index(fields=["title"], name="rate", condition=Q(title__startswith="%"))),
        M.AddField("Book", "rate", m.CharField(max_length=5, default="%s%")),
    ]
    """,
]
CASES["composite primary key"] = [
    """
    operations = [
        M.CreateModel("Seat", [
            ("pk", m.CompositePrimaryKey("row", "number")),
            ("row", m.CharField(max_length=2)),
            ("number", m.IntegerField()),
            ("state", m.CharField(max_length=8, db_index=True)),
        ]),
    ]
    """,
    """
    operations = [
        M.AlterField("Seat", "number", m.BigIntegerField()),
        M.AddField("Seat", "price", m.IntegerField(default=3)),
        M.RenameModel("Seat", "Place"),
        M.AlterField("Place", "state", m.CharField(max_length=9)),
        M.RenameField("Place", "state", "condition"),
    ]
    """,
]


CASES["index of a field made anew after its LIKE index"] = [
    'operations = [M.CreateModel("Word", [("id", m.AutoField(primary_key=True)), ("word", m.SlugField(unique=True))])]',
    'operations = [M.AlterField("Word", "word", m.CharField(max_length=5, default="x", db_index=True, null=True))]',
    'operations = [M.AlterField("Word", "word", m.IntegerField(null=True))]',
]
CASES["tables of another schema by way of db_table"] = [
    """
    operations = [
        M.RunSQL("CREATE SCHEMA stock", "DROP SCHEMA stock"),
        M.CreateModel("Item", [("id", m.AutoField(primary_key=True)), ("code", m.CharField(max_length=5, unique=True))], options={"db_table": 'stock"."item'}),
        M.CreateModel("Part", [
            ("id", m.AutoField(primary_key=True)),
            ("item", m.ForeignKey("shop.Item", m.CASCADE)),
            ("word", m.SlugField()),
            ("number", m.PositiveIntegerField()),
        ], options={"db_table": 'stock"."part'}),
    ]
    """,
    """
    operations = [
        M.AddField("Part", "code", m.CharField(max_length=5, db_index=True, null=True)),
        M.AddConstraint("Part", m.UniqueConstraint(fields=["code"], name="one_code")),
        M.AddIndex("Part", m.Index(fields=["number"], name="by_number")),
        M.AlterField("Part", "number", m.BigIntegerField()),
    ]
    """,
]
CASES["many-to-many altered"] = [
    LIBRARY,
    """
    operations = [
        M.RenameField("Book", "tags", "labels"),
        M.AlterField("Book", "labels", m.ManyToManyField("shop.Tag", db_table="labelled")),
        M.CreateModel("Magazine", [
            ("book_ptr", m.OneToOneField("shop.Book", m.CASCADE, parent_link=True, auto_created=True, primary_key=True)),
            ("editors", m.ManyToManyField("shop.Author", related_name="+")),
        ], bases=("shop.book",)),
        M.AddField("Magazine", "similar", m.ManyToManyField("self")),
    ]
    """,
    """
    operations = [
        M.AlterField("Book", "labels", m.ManyToManyField("shop.Author", related_name="+")),
        M.RenameModel("Author", "Person"),
        M.RenameField("Magazine", "editors", "people"),
        M.RenameModel("Magazine", "Journal"),
    ]
    """,
    """
    operations = [
        M.AlterField("Person", "id", m.AutoField(primary_key=True)),
        M.RemoveField("Journal", "similar"),
        M.AlterModelTable("Journal", "journals"),
        M.DeleteModel("Tag"),
        M.DeleteModel("Journal"),
    ]
    """,
]
CASES["a target and what refers to it in one migration"] = [
    """
    operations = [
        M.CreateModel("Coin", [("code", m.CharField(max_length=3, primary_key=True))]),
        M.AlterField("Coin", "code", m.CharField(max_length=4, primary_key=True)),
        M.CreateModel("Price", [("id", m.AutoField(primary_key=True))]),
        M.AddField("Price", "coin", m.ForeignKey("shop.Coin", m.CASCADE, null=True)),
        M.AlterField("Coin", "code", m.CharField(max_length=5, primary_key=True)),
        M.AddField("Price", "other", m.OneToOneField("shop.Coin", m.CASCADE, null=True, related_name="+")),
    ]
    """,
    """
    operations = [
        M.RemoveField("Price", "coin"),
        M.AlterField("Coin", "code", m.CharField(max_length=6, primary_key=True)),
        M.RenameField("Coin", "code", "iso"),
        M.AddField("Price", "coin", m.ForeignKey("shop.Coin", m.CASCADE, null=True)),
    ]
    """,
]
CASES["defaults of all kinds"] = [
    """
    import datetime, decimal, uuid
    from django.contrib.postgres.fields import ArrayField

    D = [
        m.BinaryField(default=b"a\\x00\\xff'"), m.BooleanField(default=True), m.CharField(max_length=30, default="it's 50% \\\\ %s"),
        m.DateField(default=datetime.date(2020, 1, 2)), m.DateTimeField(default=datetime.datetime(2020, 1, 2, tzinfo=datetime.timezone.utc)),
        m.DecimalField(max_digits=5, decimal_places=2, default=decimal.Decimal("-1.5")), m.DurationField(default=datetime.timedelta(days=-3, seconds=5)),
        m.FloatField(default=-1.5), m.FloatField(default=float("inf")), m.GenericIPAddressField(default="::1"), m.IntegerField(default=-5),
        m.JSONField(default=dict), m.JSONField(default={"a": ["%s", "it's", "b\\\\", None]}), m.TimeField(default=datetime.time(1, 2, 3, 4)),
        m.UUIDField(default=uuid.UUID(int=5)), m.SmallIntegerField(default=-2), m.BigIntegerField(default=2**40),
        ArrayField(m.IntegerField(), default=list), ArrayField(m.IntegerField(), default=[1, -2]), ArrayField(m.TextField(), default=["a b", 'q"', "", "null"]),
        ArrayField(ArrayField(m.DateField()), default=[[datetime.date(2020, 1, 2)]]), ArrayField(m.JSONField(), default=[{"a": 1}]),
        ArrayField(m.BinaryField(), default=[b"\\x00a"]), ArrayField(m.UUIDField(), default=[uuid.UUID(int=5)]),
        IntegerRangeField(default=(1, 5)), DateTimeRangeField(default=None, null=True),
    ]
    operations = [
        M.CreateModel("Row", [("id", m.AutoField(primary_key=True))]),
        *(M.AddField("Row", f"f{number}", field) for number, field in enumerate(D)),
        *(M.AlterField("Row", f"f{number}", type(field)(null=True, default=field.default)) for number, field in enumerate(D[9:12], 9)),
        *(M.AlterField("Row", f"f{number}", type(field)(default=field.default)) for number, field in enumerate(D[9:12], 9)),
    ]
    """,
]


# What not every server has: a row says that this one has it.
NEEDS = {
    "collations": "SELECT 1 FROM pg_collation WHERE collname = 'de-x-icu'",
    "contrib.postgres fields": "SELECT 1 FROM pg_available_extensions WHERE name = 'citext'",
}


@pytest.mark.parametrize("case", CASES)
def test_case(database: PostgreSQL, case: str) -> None:
    with psycopg.connect(database.dsn, autocommit=True) as connection:
        if case in NEEDS and connection.execute(NEEDS[case]).fetchone() is None:
            pytest.skip(f"{database.server.name} was built without what this needs.")
        connection.execute("DROP SCHEMA IF EXISTS public, stock CASCADE")
        connection.execute("CREATE SCHEMA public")
    differences, _ = identity.compared(database, database.server.name, CASES[case])
    assert differences == []


def test_application_without_migrations(postgresql: Server) -> None:
    sources = [
        """
        operations = [
            M.CreateModel("Note", [
                ("id", m.BigAutoField(primary_key=True)),
                ("about", m.ForeignKey("contenttypes.ContentType", m.CASCADE)),
                ("kinds", m.ManyToManyField("contenttypes.ContentType", related_name="+")),
            ]),
        ]
        """,
        """
        operations = [
            M.AlterField("Note", "about", m.OneToOneField("contenttypes.ContentType", m.CASCADE, null=True)),
            M.RenameModel("Note", "Remark"),
            M.RemoveField("Remark", "kinds"),
        ]
        """,
    ]
    with postgresql.scratch() as dsn:
        database = PostgreSQL(postgresql, dsn)
        assert identity.compared(database, postgresql.name, sources, frozenset({"contenttypes"})) == ([], {})


def test_literals(postgresql: Server) -> None:
    """Spelled by us, by what an offline connection makes of the driver, and by the driver with a connection: the same."""
    from django.db.backends.postgresql import psycopg_any

    from migration_lint.sql.connection import wrapper_class

    offline = wrapper_class("postgresql", "")({"TIME_ZONE": None}, "default")
    with postgresql.scratch() as dsn, identity.connected(PostgreSQL(postgresql, dsn), "default") as (connection, _):
        connection.ensure_connection()
        for value in identity.LITERALS:
            if isinstance(value, dict):  # only a connection to a database with hstore spells these
                continue
            expected = psycopg_any.sql.quote(value, connection.connection)
            assert (value, postgresql_literal(value)) == (value, expected)
            assert (value, offline.quote_literal(value)) == (value, expected)


@pytest.mark.usefixtures("contrib")
def test_hstore_literals(postgresql: Server) -> None:
    from django.db.backends.postgresql import psycopg_any

    signals: Any = importlib.import_module("django.contrib.postgres.signals")

    with postgresql.scratch() as dsn, identity.connected(PostgreSQL(postgresql, dsn), "default") as (connection, _):
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_available_extensions WHERE name = 'hstore'")
            if cursor.fetchone() is None:
                pytest.skip(f"{postgresql.name} was built without what this needs.")
            cursor.execute("CREATE EXTENSION hstore")
        signals.get_hstore_oids.cache_clear()
        signals.register_type_handlers(connection)
        found = [value for value in identity.LITERALS if isinstance(value, dict)]
        assert [postgresql_literal(value) for value in found] == [
            psycopg_any.sql.quote(value, connection.connection) for value in found
        ]
        signals.get_hstore_oids.cache_clear()


TRANSACTIONS = """
    class Two(migrations.operations.base.Operation):
        atomic = True
        reversible = False

        def state_forwards(self, app_label, state):
            pass

        def database_forwards(self, app_label, schema_editor, from_state, to_state):
            schema_editor.execute("CREATE TABLE own_one ()")
            schema_editor.execute("CREATE TABLE own_two ()")

    atomic = False
    operations = [
        M.RunSQL("CREATE TABLE together_one (); CREATE TABLE together_two ()"),
        M.RunSQL(["CREATE TABLE alone_one ()", "CREATE TABLE alone_two ()"]),
        M.CreateModel("Late", [("id", m.BigAutoField(primary_key=True)), ("word", m.SlugField())]),
        Two(),
        M.RunSQL("BEGIN; CREATE TABLE left_one ()"),
        M.RunSQL("CREATE TABLE left_two (); COMMIT"),
        M.RunSQL("CREATE TABLE after ()"),
    ]
"""


def test_transactions_of_a_migration_that_is_not_atomic(postgresql: Server) -> None:
    """What commits together was made by one transaction of the server's."""
    (found,), _ = identity.impacts_offline(identity.example_plan([TRANSACTIONS]), postgresql.name)
    made: dict[str, int | None] = {}
    for _, statement in found.timeline:
        for action in statement.actions:
            if action.kind in (Kind.CREATE_TABLE, Kind.CREATE_INDEX):
                made[action.name or action.table or ""] = statement.transaction
    with postgresql.scratch() as dsn:
        identity.run_live(PostgreSQL(postgresql, dsn), lambda: identity.example_plan([TRANSACTIONS]))
        with psycopg.connect(dsn) as connection:
            rows = connection.execute("SELECT relname, xmin::text FROM pg_class WHERE relname = ANY(%s)", [list(made)])
            live: dict[str, str] = dict(rows.fetchall())
    assert made.keys() == live.keys()

    def together(values: Any) -> set[frozenset[str]]:
        groups: dict[Any, set[str]] = {}
        for name, value in values.items():
            groups.setdefault(name if value is None else value, set()).add(name)
        return {frozenset(names) for names in groups.values() if len(names) > 1}

    assert (
        together(made)
        == together(live)
        == {frozenset({"together_one", "together_two"}), frozenset({"own_one", "own_two"}), frozenset({"left_one", "left_two"})}
    )
