"""MySQL's and MariaDB's SQL: how it is cut and read, and what differs in what Django makes for the two."""

from __future__ import annotations

from typing import Any

import pytest

from migration_lint.backends import load
from migration_lint.sql.lexer import MYSQL, LexError, split, tokens
from migration_lint.sql.read import read
from migration_lint.sql.read.cursor import Unread
from migration_lint.types import Action
from tests import identity

MARIADB = load("mariadb")


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        (r"SELECT 'a\'; DROP TABLE t; --'; SELECT 2", [r"SELECT 'a\'; DROP TABLE t; --'", "SELECT 2"]),
        (r'SELECT "a\"; b" ; SELECT "it""s;"', [r'SELECT "a\"; b"', 'SELECT "it""s;"']),
        ("SELECT 'it''s; fine' # a; comment\n; SELECT 1--1", ["SELECT 'it''s; fine'", "SELECT 1--1"]),
        ("SELECT 1 -- a; b\n; SELECT 2 --\n, 3", ["SELECT 1", "SELECT 2 --\n, 3"]),
        ("ALTER TABLE `a;``b` ADD x int; SELECT 1", ["ALTER TABLE `a;``b` ADD x int", "SELECT 1"]),
        (
            "/*!40101 SET NAMES utf8 */; /*M!100100 SELECT 1 */; /* SELECT 2; */ SELECT 3",
            ["SET NAMES utf8", "SELECT 1", "SELECT 3"],
        ),
        (
            "CREATE TRIGGER t BEFORE UPDATE ON a FOR EACH ROW BEGIN IF 1 THEN SET @a = 1; END IF; END; SELECT 1",
            ["CREATE TRIGGER t BEFORE UPDATE ON a FOR EACH ROW BEGIN IF 1 THEN SET @a = 1; END IF; END", "SELECT 1"],
        ),
        ("SELECT $$a; SELECT $$", ["SELECT $$a", "SELECT $$"]),
    ],
)
def test_statements_are_cut_where_the_server_cuts_them(sql: str, expected: list[str]) -> None:
    assert [piece.sql for piece in split(sql, MYSQL)] == expected


@pytest.mark.parametrize("sql", ["SELECT 'a", r"SELECT 'a\'", 'SELECT "a', "SELECT `a", "SELECT 1 /* a"])
def test_text_that_no_server_takes_is_refused(sql: str) -> None:
    with pytest.raises(LexError):
        split(sql, MYSQL)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        (r"'it\'s'", "it's"), ("'it''s'", "it's"), (r"'a\\b'", r"a\b"), (r"'a\nb\0'", "a\nb\0"), (r"'50\%\_'", r"50\%\_"), (r"'\x'", "x"),
        (r'"say ""it\"s"""', 'say "it"s"'), (r"'\\'", "\\"), (r"'\\''\\'", "\\'\\"), ("N'ü'", "ü"), ("''", ""),
    ],
)  # fmt: skip
def test_strings_are_unquoted(written: str, value: str) -> None:
    assert [(token.kind, token.value) for token in tokens(written, MYSQL)] == [("string", value)]


def actions(sql: str) -> list[Action]:
    return [action for piece in split(sql, MYSQL) for action in read(piece, MARIADB)]


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("alter table T drop Num, modify Num2 bigint", [("drop column", "T", "Num"), ("modify column", "T", "Num2")]),
        ("ALTER TABLE t CHANGE a b int NOT NULL", [("rename column", "t", "a"), ("modify column", "t", "b")]),
        ("ALTER TABLE t CHANGE COLUMN a a int", [("modify column", "t", "a")]),
        ("ALTER TABLE t RENAME u, ADD x int", [("add column", "t", "x"), ("rename table", "t", "u")]),
        ("ALTER ONLINE IGNORE TABLE t NOWAIT ADD x int FIRST", [("add column", "t", "x")]),
        ("RENAME TABLE a TO b, c TO d", [("rename table", "a", "b"), ("rename table", "c", "d")]),
        ("ALTER TABLE t ADD INDEX i (a(10), b DESC) USING BTREE COMMENT 'x'", [("create index", "t", "t.i")]),
        ("ALTER TABLE t ADD UNIQUE KEY u (a), ADD CONSTRAINT c CHECK (a > 0)", [("add constraint", "t", "u"), ("add constraint", "t", "c")]),
        ("ALTER TABLE t ADD (a int, b int UNIQUE)", [("add column", "t", "a"), ("add column", "t", "b"), ("add constraint", "t", None)]),
        ("ALTER TABLE t ADD a json", [("add column", "t", "a"), ("add constraint", "t", None)]),
        ("ALTER TABLE t ADD FULLTEXT INDEX f (a), DROP KEY i", [("create index", "t", "t.f"), ("drop index", "t", "t.i")]),
        ("ALTER TABLE t DROP FOREIGN KEY f, DROP PRIMARY KEY, DROP CHECK c", [("drop constraint", "t", "f"), ("drop constraint", "t", "PRIMARY"), ("drop constraint", "t", "c")]),
        ("ALTER TABLE t DROP CONSTRAINT IF EXISTS `c`", [("drop constraint", "t", "c")]),
        ("ALTER TABLE t ADD a int, ALGORITHM=INSTANT, LOCK = NONE", [("add column", "t", "a"), ("request", "t", "algorithm"), ("request", "t", "lock")]),
        ("ALTER TABLE t ENGINE=InnoDB ROW_FORMAT=DYNAMIC", [("set options", "t", None)]),
        ("ALTER TABLE t CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_bin", [("convert character set", "t", None)]),
        ("ALTER TABLE t ALTER a SET DEFAULT 3, ALTER COLUMN b DROP DEFAULT", [("set default", "t", "a"), ("drop default", "t", "b")]),
        ("ALTER TABLE t RENAME INDEX a TO b, RENAME COLUMN c TO d", [("rename index", "t", "t.a"), ("rename column", "t", "c")]),
        ("CREATE OR REPLACE UNIQUE INDEX i USING HASH ON t (a(3))", [("create index", "t", "t.i")]),
        ("DROP INDEX i ON t ALGORITHM = INPLACE", [("drop index", "t", "t.i"), ("request", "t", "algorithm")]),
        ("DROP TEMPORARY TABLE IF EXISTS a, b", [("drop table", "a", None), ("drop table", "b", None)]),
        ("DROP TRIGGER IF EXISTS g", [("drop trigger", None, "g")]),
        ("CREATE TABLE a LIKE b", [("create table", "a", None), ("select", "b", None)]),
        ("CREATE TABLE a (id serial, KEY (id)) ENGINE = MyISAM", [("create table", "a", None), ("create index", "a", None)]),
        ("SET SESSION lock_wait_timeout = 5, @a = 1, GLOBAL x = 2", [("set", None, "lock_wait_timeout"), ("server command", None, "set"), ("server command", None, "set")]),
        ("REPLACE INTO t VALUES (1)", [("insert", "t", None)]),
        ("LOCK TABLES a READ, b WRITE; UNLOCK TABLES", [("lock table", "a", None), ("lock table", "b", None), ("server command", None, "unlock tables")]),
        ("OPTIMIZE LOCAL TABLE a, b; ANALYZE TABLE c", [("optimize table", "a", None), ("optimize table", "b", None), ("analyze", "c", None)]),
    ],
)  # fmt: skip
def test_what_a_statement_does(sql: str, expected: list[tuple[str, str | None, str | None]]) -> None:
    assert [(str(action.kind), action.table, action.name) for action in actions(sql)] == expected


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        ("ALTER TABLE t ADD x int SPARKLING", "`SPARKLING` in the definition of column x"),
        ("ALTER TABLE t DROP PARTITION p", "ALTER TABLE … DROP PARTITION is not followed here"),
        ("ALTER TABLE t FROBNICATE", "ALTER TABLE … `FROBNICATE`"),
        ("CALL p()", "CALL is not followed here"),
    ],
)
def test_what_is_not_understood_is_said(sql: str, reason: str) -> None:
    with pytest.raises(Unread) as caught:
        actions(sql)
    assert str(caught.value) == reason


HISTORY = [
    """
    operations = [
        M.CreateModel("Book", [("id", m.BigAutoField(primary_key=True)), ("title", m.CharField(max_length=9)), ("n", m.PositiveIntegerField())]),
        M.AddField("Book", "text", m.TextField(default="x")),
        M.AddField("Book", "code", m.UUIDField(null=True)),
        M.AddField("Book", "empty", m.TextField(default="")),
        M.AlterField("Book", "text", m.TextField(null=True)),
        M.AlterField("Book", "text", m.TextField(default="y")),
        M.AddIndex("Book", m.Index(functions.Lower("title").desc(), "n", name="low")),
        M.AddConstraint("Book", m.UniqueConstraint(functions.Lower("title"), name="one")),
        M.AddConstraint("Book", m.CheckConstraint(condition=Q(n__gt=1), name="big")),
        M.RenameField("Book", "n", "count"),
        M.RemoveConstraint("Book", "big"),
        M.AlterField("Book", "count", m.IntegerField()),
    ]
    """
]
BOTH = {
    "CREATE TABLE `shop_book` (`id` bigint AUTO_INCREMENT NOT NULL PRIMARY KEY, `title` varchar(9) NOT NULL, `n` integer UNSIGNED NOT NULL CHECK (`n` >= 0))",
    "ALTER TABLE `shop_book` ADD COLUMN `empty` longtext NOT NULL",
    "UPDATE `shop_book` SET `empty` = ''",
    "ALTER TABLE `shop_book` MODIFY `text` longtext NULL",
    "UPDATE `shop_book` SET `text` = 'y' WHERE `text` IS NULL",
    "ALTER TABLE `shop_book` MODIFY `text` longtext NOT NULL",
    "ALTER TABLE `shop_book` ADD CONSTRAINT `big` CHECK (`n` > 1)",
    "ALTER TABLE `shop_book` RENAME COLUMN `n` TO `count`",
    "ALTER TABLE `shop_book` MODIFY `count` integer NOT NULL",
}
MYSQL_ONLY = {
    "ALTER TABLE `shop_book` ADD COLUMN `text` longtext DEFAULT ('x') NOT NULL",
    "ALTER TABLE `shop_book` ADD COLUMN `code` char(32) NULL",
    "CREATE INDEX `low` ON `shop_book` ((LOWER(`title`)) DESC, `n`)",
    "CREATE UNIQUE INDEX `one` ON `shop_book` ((LOWER(`title`)))",
    "ALTER TABLE `shop_book` DROP CHECK `shop_book_chk_1`",
    "ALTER TABLE `shop_book` ADD CONSTRAINT `shop_book_count_a0a0a52a_check` CHECK (`count` >= 0)",
    "ALTER TABLE `shop_book` DROP CHECK `big`",
    "ALTER TABLE `shop_book` DROP CHECK `shop_book_count_a0a0a52a_check`",
}
MARIADB_ONLY = {
    "ALTER TABLE `shop_book` ADD COLUMN `text` longtext DEFAULT 'x' NOT NULL",
    "ALTER TABLE `shop_book` ALTER COLUMN `text` DROP DEFAULT",
    "ALTER TABLE `shop_book` ALTER COLUMN `text` SET DEFAULT 'y'",
    "ALTER TABLE `shop_book` ADD COLUMN `code` uuid NULL",
    "ALTER TABLE `shop_book` DROP CONSTRAINT IF EXISTS `big`",
    "ALTER TABLE `shop_book` DROP CONSTRAINT IF EXISTS `n`",
}


@pytest.mark.parametrize(
    ("target", "own"), [("mysql@8.4", MYSQL_ONLY), ("mysql@9.1", MYSQL_ONLY), ("mariadb@10.11", MARIADB_ONLY)]
)
def test_what_django_makes_for_each(target: str, own: set[str]) -> None:
    impacts, _ = identity.impacts_offline(identity.example_plan(HISTORY), target)
    found: Any = [sql for sent in identity.collected(impacts).forwards.values() for _, sql in sent]
    assert set(found) ^ (BOTH | own) == set()


def test_names_that_mysql_makes_up() -> None:
    """They count on from the highest of their kind, and go with their table."""
    source = """
        operations = [
            M.RunSQL("CREATE TABLE t (a int CHECK (a > 0), b int, CHECK (b > 0))"),
            M.RunSQL("ALTER TABLE t DROP CHECK t_chk_1; ALTER TABLE t RENAME u"),
            M.RunSQL("ALTER TABLE u ADD CHECK (b > 3), ADD FOREIGN KEY (a) REFERENCES u (b)"),
        ]
    """
    _, catalog = identity.impacts_offline(identity.example_plan([source]), "mysql@8.4")
    assert (list(catalog.table("u").constraints), list(catalog.table("u").indexes)) == (
        ["u_chk_2", "u_chk_3", "u_ibfk_1"],
        ["u.a"],
    )
