"""What the help says to do instead, done on MariaDB: it runs on tables with rows, and comes to the same schema."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator

import pytest

from migration_lint import conf, spelling
from migration_lint.project import collect, selection
from migration_lint.rules import find_rules
from migration_lint.testing import APP, Bookshop, example_migration, findings_of
from tests.servers import MySQLServer

TARGET = "mariadb@10.11"
ROWS = (
    "INSERT INTO shop_author (name, code) VALUES ('Ada', 'a'), ('Ben', 'b')",
    "INSERT INTO shop_book (author_id, title, sku, isbn, price, stock, notes) VALUES (1, 'A', 'x', '1', 1, 1, '')",
    "INSERT INTO shop_book (author_id, title, sku, isbn, price, stock, notes) VALUES (2, 'B', 'y', '2', 2, 2, '')",
    "INSERT INTO shop_review (book_id, body, rating) VALUES (1, 'good', 5), (2, 'bad', NULL)",
)
TABLES = ("shop_author", "shop_book", "shop_review", "shop_book_tags")
# Another way to the same end, by a tool that is not at hand.
ALTERNATIVE = re.compile(r"^(?:Where replicas must not|Or copy the table with a tool)", re.MULTILINE)
OWN_NAMES = re.compile(r"(CONSTRAINT|KEY) `[^`]*`| AUTO_INCREMENT=\d+")

KEY = 'models.ForeignKey("shop.Author", models.{}, {}related_name="+")'
CASES = {
    "blocking-foreign-key-check": f'migrations.AddField("book", "editor", {KEY.format("SET_NULL", "null=True, ")})',
    "blocking-foreign-key-check of a column": f'migrations.AlterField("book", "publisher_id", {KEY.format("CASCADE", "null=True, ")})',
    "foreign-key-churn": f'migrations.AlterField("book", "author", {KEY.format("CASCADE", "null=True, ")})',
    "foreign-key-churn of a rename": 'migrations.RenameModel("Author", "Writer")',
    "foreign-key-churn of a type": 'migrations.AlterField("author", "id", models.AutoField(primary_key=True))',
    "foreign-key-churn of several keys": 'migrations.AlterField("book", "id", models.AutoField(primary_key=True))',
    "rebuilding-alter": 'migrations.AlterField("book", "stock", models.IntegerField(null=True))',
    "rebuilding-alter and a key": 'migrations.AlterField("book", "stock", models.IntegerField(null=True, unique=True))',
    "rebuilding-alter of a new column": 'migrations.AddField("book", "mark", models.UUIDField(null=True, unique=True))',
}


def migrations_of(help: str) -> Iterator[str]:
    """Each block of code of the help, as the body of a migration."""
    for block in re.findall(r"(?:^ {4}.*\n?|^\n)+", ALTERNATIVE.split(help)[0], re.MULTILINE):
        code = textwrap.dedent(block).strip()
        if code.startswith("migrations."):
            yield f"operations = [\n{code}\n]"


def schema(server: MySQLServer, *sources: str) -> list[str]:
    """The tables after the bookshop, some rows, and these migrations; what names the server or Django chose does not count."""
    migrations = (Bookshop("0001_x", APP), *(example_migration(source, number) for number, source in enumerate(sources, 2)))
    errors: list[str] = []
    targets = (conf.parse_target(TARGET),)
    selected = selection.releases(frozenset((m.app_label, m.name) for m in migrations), False)
    plan = [impact for (impact,) in collect.walk(migrations, frozenset(), targets, selected, False, errors)]
    assert errors == []
    with server.scratch() as name, server.connect(name) as connection, connection.cursor() as cursor:
        for number, migration in enumerate(plan):
            for _, statement in migration.timeline:
                cursor.execute(statement.sql)
            for row in ROWS if number == 0 else ():
                cursor.execute(row)
        cursor.execute("SHOW TABLES")
        lines = []
        for (table,) in cursor.fetchall():
            cursor.execute(f"SHOW CREATE TABLE `{table}`")
            lines += [f"{table}: {OWN_NAMES.sub('', line).rstrip(',')}" for line in cursor.fetchone()[1].splitlines()]
        return sorted(lines)


@pytest.mark.parametrize("case", CASES)
def test_advice_comes_to_the_same(case: str, mariadb: MySQLServer) -> None:
    bad = f"operations = [{CASES[case]}]"
    found = [finding for finding in findings_of(find_rules(), bad, TARGET) if finding.rule == case.split(" ", maxsplit=1)[0]]
    assert found
    for finding in found:
        good = list(migrations_of(finding.help))
        assert good, finding.help
        assert schema(mariadb, *good) == schema(mariadb, bad), finding.help


def test_a_column_beside_the_old_one(mariadb: MySQLServer) -> None:
    bad = 'operations = [migrations.AlterField("book", "isbn", models.IntegerField(unique=True))]'
    (finding,) = (finding for finding in findings_of(find_rules(), bad, TARGET) if finding.rule == "copying-alter")
    good = list(migrations_of(finding.help))
    assert len(good) == 2
    before, after = schema(mariadb), schema(mariadb, *good)
    assert [line for line in after if line not in before] == [
        "shop_book:   UNIQUE  (`new_isbn`)",
        "shop_book:   `new_isbn` int(11) DEFAULT NULL",
    ]
    assert [f.rule for f in findings_of(find_rules(), good, TARGET) if f.rule in ("copying-alter", "rebuilding-alter")] == []


def test_a_bounded_wait(mariadb: MySQLServer) -> None:
    bad = 'operations = [migrations.AddField("book", "mark", models.IntegerField(null=True))]'
    (finding,) = findings_of(next(rule for rule in find_rules() if rule.id == "metadata-lock-queue"), bad, TARGET)
    first, *_ = migrations_of(finding.help)
    assert schema(mariadb, first, bad) == schema(mariadb, bad)
    assert spelling.NOOP in first
