"""The rules about locks on MySQL and MariaDB: what is counted, who tells of a hazard, and the ways out."""

from __future__ import annotations

import io

import pytest

from migration_lint import Finding
from migration_lint.reporters.text import Printer, print_finding
from migration_lint.rules import find_rules
from migration_lint.sql.server import Server
from migration_lint.testing import findings_of
from migration_lint.types import Report, Target

RULES = [rule for rule in find_rules() if not rule.opt_in]
BUDGET = next(rule for rule in RULES if rule.id == "instant-budget")
MYSQL = "mysql@8.4"


def operations(*lines: str) -> str:
    return f"operations = [{', '.join(lines)}]"


def run_sql(*statements: str) -> str:
    return operations(*(f"migrations.RunSQL({sql!r}, migrations.RunSQL.noop)" for sql in statements))


def add(number: int) -> str:
    return f"ALTER TABLE shop_book ADD COLUMN mark_{number} integer"


def budget(*statements: str, target: str = MYSQL) -> list[int | None]:
    return [finding.operation_index for finding in findings_of(BUDGET, run_sql(*statements), target)]


def located(source: str, target: str = MYSQL, category: str = "locks") -> list[tuple[str, tuple[str, ...]]]:
    return [(f.rule, f.also) for f in findings_of(RULES, source, target) if f.category == category and f.relation]


def one(rule: str, source: str, target: str = MYSQL) -> Finding:
    (finding,) = (finding for finding in findings_of(RULES, source, target) if finding.rule == rule)
    return finding


# instant-budget

FULL = [add(number) for number in range(64)]


@pytest.mark.parametrize(
    ("vendor", "version", "expected"),
    [
        ("mysql", (8, 0, 28), []),  # nothing is counted
        ("mysql", (8, 0, 29), [64, 129, 194, 259]),  # the rebuild gives all versions back
        ("mysql", (8, 4), [64, 129, 194, 259]),
        ("mysql", (9, 0), [64, 129, 194, 259]),
        ("mysql", (9, 1), [255]),
        ("mariadb", (10, 11), []),
    ],
)
def test_how_often_columns_change_instantly(vendor: str, version: tuple[int, ...], expected: list[int]) -> None:
    server = Server(Target("default", vendor, version))
    server.send("CREATE TABLE shop_book (id integer)")
    for number in range(260):
        server.send(add(number))
    algorithms = [effect.algorithm for statement in server.statements[1:] for effect in statement.effects]
    assert set(algorithms) - {"INSTANT"} == ({"INPLACE"} if expected else set())
    assert [number for number, algorithm in enumerate(algorithms) if algorithm == "INPLACE"] == expected


def test_the_rule_goes_by_the_version() -> None:
    assert budget(*FULL, add(64)) == [64]
    assert budget(*FULL, add(64), target="mysql@9.1") == []


@pytest.mark.parametrize(
    "between",
    [
        "OPTIMIZE TABLE shop_book",
        "ALTER TABLE shop_book FORCE",
        "ALTER TABLE shop_book ENGINE = InnoDB",
        "ALTER TABLE shop_book MODIFY stock bigint NOT NULL",
        "ALTER TABLE shop_book MODIFY stock integer NULL",
        "ALTER TABLE shop_book ADD COLUMN full integer UNIQUE",
        "ALTER TABLE shop_book ADD CONSTRAINT c CHECK (stock > 0)",
    ],
)
def test_what_gives_the_versions_back(between: str) -> None:
    assert budget(*FULL, between, add(64)) == []


@pytest.mark.parametrize(
    "between",
    [
        "ALTER TABLE shop_author ADD COLUMN other integer",
        "ALTER TABLE shop_book ALTER COLUMN stock SET DEFAULT 1",
        "ALTER TABLE shop_book RENAME COLUMN notes TO remarks",
        "CREATE INDEX book_title ON shop_book (title)",
        "ALTER TABLE shop_book ADD COLUMN twice integer GENERATED ALWAYS AS (stock * 2) VIRTUAL",
        "OPTIMIZE TABLE shop_author",
    ],
)
def test_what_neither_uses_a_version_nor_gives_any_back(between: str) -> None:
    assert budget(*FULL, between, add(64)) == [65]
    assert budget(*FULL[:-1], between, add(64)) == []


def test_columns_dropped_and_several_at_once_count_as_one() -> None:
    many = "ALTER TABLE shop_book DROP COLUMN notes, ADD COLUMN a integer, ADD COLUMN b integer"
    assert budget(*FULL[:-1], many) == []
    assert budget(*FULL, many) == [64]
    assert budget(*FULL[:-1], many, "ALTER TABLE shop_book DROP COLUMN stock") == [64]


def test_a_renamed_table_keeps_its_count_and_a_new_one_has_none() -> None:
    assert budget(*FULL, "RENAME TABLE shop_book TO shop_tome", "ALTER TABLE shop_tome ADD COLUMN x integer") == [65]
    again = ["DROP TABLE shop_book", "CREATE TABLE shop_book (id integer)"]
    assert budget(*FULL, *again, add(64)) == []


def test_what_is_said_of_it() -> None:
    finding = one("instant-budget", run_sql(*FULL, add(64)))
    assert finding.also == ("rebuilding-alter",)
    assert finding.message == (
        "Adding `shop_book.mark_64` is not instant any more: columns of `shop_book` were added and dropped instantly 64 times "
        "since it was made or rebuilt, and no more is possible. The server rebuilds the table: it stays in use, and replicas "
        "fall behind."
    )
    assert finding.help == (
        "1. See how many of 64 versions this database has used:\n"
        "    SELECT NAME, TOTAL_ROW_VERSIONS FROM information_schema.INNODB_TABLES "
        "WHERE NAME = CONCAT(DATABASE(), '/shop_book');\n"
        "2. Rebuild the table when the load is low, in a migration before this one; that gives all of them back:\n"
        "    migrations.RunSQL(\n"
        "        'ALTER TABLE `shop_book` FORCE, ALGORITHM=INPLACE, LOCK=NONE',\n"
        "        reverse_sql=migrations.RunSQL.noop,\n"
        "    ),"
    )
    insisted = one("instant-budget", run_sql(*FULL, f"{add(64)}, ALGORITHM=INSTANT"))
    assert insisted.message.endswith("The statement insists on it, and is refused: error 4092.")


# Each hazard once, by the rule that knows most of it.

KEY = 'models.ForeignKey("shop.Author", models.CASCADE, null=True, related_name="+")'


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (operations(f'migrations.AddField("book", "editor", {KEY})'), [("blocking-foreign-key-check", ("copying-alter",))]),
        (
            operations(f'migrations.AlterField("book", "author", {KEY})'),
            [("foreign-key-churn", ("copying-alter", "rebuilding-alter"))],
        ),
        (
            operations('migrations.AddField("book", "pages", models.PositiveIntegerField(null=True))'),
            [("blocking-constraint-check", ("copying-alter",))],
        ),
        (run_sql("CREATE FULLTEXT INDEX n ON shop_book (notes)"), [("blocking-index-build", ("copying-alter",))]),
        (run_sql("CREATE INDEX n ON shop_book ((lower(title)))"), [("blocking-index-build", ())]),
        (run_sql("CREATE UNIQUE INDEX n ON shop_book ((lower(title)))"), [("copying-alter", ())]),
        (run_sql("CREATE INDEX n ON shop_book (title)"), []),
        (run_sql("ALTER TABLE shop_book MODIFY stock bigint NULL"), [("copying-alter", ("rebuilding-alter",))]),
    ],
)
def test_each_hazard_is_told_once(source: str, expected: list[tuple[str, tuple[str, ...]]]) -> None:
    assert located(source) == expected


# The ways out


def test_tools_get_one_clause_of_alter_table_quoted_for_the_shell() -> None:
    finding = one("blocking-index-build", run_sql("CREATE FULLTEXT INDEX `n` ON `shop_tag` (`name`)"))
    assert finding.help == (
        "1. Let an online schema change tool do it, outside of `migrate`:\n"
        "    pt-online-schema-change --alter 'ADD FULLTEXT INDEX `n` (`name`)' --alter-foreign-keys-method=rebuild_constraints "
        "--execute D=DATABASE,t=shop_tag\n"
        "2. Take it out of the migration, or record that as applied with `migrate --fake`. gh-ost refuses a table with foreign "
        "keys. pt-online-schema-change drops those of `shop_book_tags` to `shop_tag` and adds them again, which copies each of "
        "these tables while nobody writes to it."
    )
    lone = run_sql("CREATE TABLE plain (a integer, b varchar(9))"), run_sql("ALTER TABLE plain MODIFY b char(9) DEFAULT 'x'")
    (finding,) = (found for found in findings_of(RULES, lone, MYSQL) if found.rule == "copying-alter")
    assert finding.help.splitlines()[1:2] == [
        "    gh-ost --database=DATABASE --table=plain --alter='MODIFY b char(9) DEFAULT '\"'\"'x'\"'\"'' --execute"
    ]


def test_what_comes_before_and_after_the_heavy_statement_is_not_forgotten() -> None:
    change = 'migrations.AlterField("review", "rating", models.IntegerField(default=0, unique=True))'
    (finding,) = findings_of([rule for rule in RULES if rule.id == "rebuilding-alter"], operations(change), MYSQL)
    assert finding.help.startswith(
        "Run it when the load is low, and say what you rely on, so that it fails where that cannot be kept:\n"
        "    migrations.SeparateDatabaseAndState(\n"
        "        database_operations=[\n"
        "            migrations.RunSQL(\n"
        "                'ALTER TABLE `shop_review` ALTER COLUMN `rating` SET DEFAULT 0',\n"
        "                reverse_sql='ALTER TABLE `shop_review` ALTER COLUMN `rating` DROP DEFAULT',\n"
        "            ),\n"
        "            migrations.RunSQL(\n"
        "                'UPDATE `shop_review` SET `rating` = 0 WHERE `rating` IS NULL',\n"
        "                reverse_sql=migrations.RunSQL.noop,\n"
        "            ),\n"
    )
    assert "MODIFY `rating` integer NOT NULL, ALGORITHM=INPLACE, LOCK=NONE" in finding.help
    assert finding.help.count("UNIQUE (`rating`)") == 2  # by hand, and beside the tool
    assert finding.help.count("ALTER COLUMN `rating` DROP DEFAULT'),") == 2


def test_no_tool_changes_a_key_that_others_refer_to() -> None:
    change = operations('migrations.AlterField("author", "id", models.AutoField(primary_key=True))')
    assert one("copying-alter", change).help == (
        "No tool changes the type of a key while others refer to it. Stop all writes of `shop_author` and of `shop_book` for as "
        "long as it takes: each of them is copied."
    )


def test_all_keys_come_back_unchecked() -> None:
    change = operations('migrations.AlterField("book", "id", models.AutoField(primary_key=True))')
    found = [f for f in findings_of(RULES, change, MYSQL) if f.rule == "foreign-key-churn"]
    assert [finding.relation for finding in found] == ["shop_book_tags", "shop_review"]
    assert [finding.help.count("SET SESSION foreign_key_checks = 0") for finding in found] == [2, 2]


@pytest.mark.parametrize(
    ("change", "sent"),
    [
        (
            'migrations.AddField("book", "pages", models.PositiveIntegerField(null=True))',
            ["            migrations.RunSQL('ALTER TABLE `shop_book` ADD COLUMN `pages` integer UNSIGNED NULL'),"],
        ),
        (
            'migrations.AlterField("book", "stock", models.PositiveIntegerField())',
            ["            migrations.RunSQL('ALTER TABLE `shop_book` MODIFY `stock` integer UNSIGNED NOT NULL'),"],
        ),
    ],
)
def test_the_check_of_an_unsigned_column_is_left_out(change: str, sent: list[str]) -> None:
    finding = one("blocking-constraint-check", operations(change))
    lines = finding.help.splitlines()
    assert (
        lines[0] == "Leave the CHECK out: the column is UNSIGNED, and in strict mode the server refuses negative values anyway."
    )
    assert [line for line in lines if "RunSQL" in line] == sent
    assert lines[lines.index("        state_operations=[") + 1].strip().startswith(change.partition("(")[0])


def test_an_index_over_an_expression_becomes_one_over_a_virtual_column() -> None:
    index = 'migrations.AddIndex("book", models.Index(models.functions.Lower("title"), name="lower_idx"))'
    finding = one("blocking-index-build", operations(index))
    assert finding.help == (
        "1. Give the expression a column, which is made in an instant:\n"
        "    migrations.AddField(\n"
        "        model_name='book',\n"
        "        name='title_lower',\n"
        "        field=models.GeneratedField(db_persist=False, expression=models.functions.Lower('title'), "
        "output_field=models.CharField(max_length=100)),\n"
        "    ),\n"
        "2. Index that in the next migration, while the table stays in use:\n"
        "    migrations.AddIndex(\n"
        "        model_name='book',\n"
        "        index=models.Index(fields=['title_lower'], name='lower_idx'),\n"
        "    ),"
    )


# How it is shown


def shown(finding: Finding) -> str:
    stream = io.StringIO()
    print_finding(finding, Report((finding,), (), 1, 1), Printer(stream))
    return next(line for line in stream.getvalue().splitlines() if line.startswith("   = lock"))


def test_the_algorithm_is_told_with_the_lock() -> None:
    copied = one("copying-alter", run_sql("ALTER TABLE shop_book MODIFY stock bigint NOT NULL"))
    assert shown(copied) == "   = lock: ALGORITHM=COPY, LOCK=SHARED on shop_book: blocks writes, while the statement runs"


def test_whose_lock_is_shown_of_several_targets() -> None:
    change = operations('migrations.AddField("book", "pages", models.IntegerField(default=1))')
    (finding,) = (
        found for found in findings_of(RULES, change, "postgresql@16") if found.rule == "required-column-without-default"
    )
    both = Finding(**{**vars(finding), "targets": ("postgresql@16", MYSQL)})
    assert shown(both).startswith("   = lock (postgresql@16): ACCESS EXCLUSIVE on shop_book: ")
