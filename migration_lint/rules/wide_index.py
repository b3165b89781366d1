from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from migration_lint import Finding, MigrationImpact, Rule, Severity, backends, spelling
from migration_lint.changes import Changed, changed_tables

if TYPE_CHECKING:
    from migration_lint.sql.catalog import Index

LONG = ("text", "varchar")
COLUMNS = "Index the columns that queries look for, the ones that they compare with `=` first."
LENGTH = """
Give the field a `max_length`, or index `MD5(…)` of it instead. Where it is only compared with `=`, a `HashIndex` of
`django.contrib.postgres.indexes` takes any length.
"""


class WideIndex(Rule):
    """An index over many columns, or over text of any length, costs more than it finds.

    Every write keeps it up to date, and it is used where a query names its first columns. PostgreSQL refuses to store a long
    text that does not fit a page of the index. The option `columns` is how many are not too many; a unique constraint
    has as many as it needs.
    """

    severity = Severity.NOTE
    category = "design"
    opt_in = True
    options = {"columns": 5}
    bad = """
        operations = [
            migrations.AddIndex(
                "book",
                models.Index(fields=["author", "title", "sku", "price", "stock", "published"], name="book_all_idx"),
            ),
        ]
    """
    good = """
        operations = [
            migrations.AddIndex("book", models.Index(fields=["author", "published"], name="book_by_author_idx")),
        ]
    """

    def check_migration(self, migration: MigrationImpact) -> Iterable[Finding]:
        most = int(self.option("columns"))
        row = backends.load(migration.target.vendor).sizes.get("btree_row")
        for table in changed_tables(migration):
            told: set[str | None] = set()
            for index in table.indexes():
                name = (index.name or "").rpartition(".")[2]
                place = table.origin_of(index)
                if place is None:
                    continue
                impact, statement = place
                long = [column for column in endless(table, index) if column not in told] if row else []
                told |= set(index.columns)
                where = f"The index `{name}` of `{table.after.name}`"
                if len(index.columns) > most and not index.unique:
                    message = f"{where} has {len(index.columns)} columns, all of which every write keeps up to date."
                elif long:
                    words = spelling.listed(long)
                    message = f"{where} is over text of any length, {words}: a value of more than {row:,} bytes does not fit."
                else:
                    continue
                yield self.finding(
                    message, help=COLUMNS if len(index.columns) > most and not index.unique else LENGTH,
                    impact=impact, migration=migration, statement=statement, relation=table.after.name,
                )  # fmt: skip


def endless(table: Changed, index: Index) -> Iterator[str]:
    """The columns of text without a length that it holds as they are."""
    for name in index.columns if index.method == "btree" else ():
        column = table.after.columns.get(name or "")
        if column is not None and column.type is not None and column.type.name in LONG and not column.type.arguments:
            yield column.name
