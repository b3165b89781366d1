from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db import migrations, models

from migration_lint import Finding, Impact, MigrationImpact, Rule, Severity, spelling
from migration_lint.changes import Changed, changed_tables, is_by_hand

if TYPE_CHECKING:
    from migration_lint.sql.catalog import Constraint, Table


class ForeignKeyWithoutIndex(Rule):
    """Nothing finds the rows that refer to a row of another table: deleting or renumbering that one reads them all.

    Where foreign keys are checked, the check has to look for them, with the row locked; queries from the other side read
    the whole table as well. MySQL and MariaDB make an index of their own.
    """

    severity = Severity.NOTE
    category = "design"
    opt_in = True
    bad = """
        operations = [
            migrations.AddField(
                "review", "author", models.ForeignKey("shop.Author", models.CASCADE, null=True, db_index=False)
            ),
        ]
    """
    good = """
        operations = [
            migrations.AddField("review", "author", models.ForeignKey("shop.Author", models.CASCADE, null=True)),
        ]
    """
    bad_on = {"mysql": "", "mariadb": ""}

    def check_migration(self, migration: MigrationImpact) -> Iterable[Finding]:
        for table in changed_tables(migration):
            old = {key.columns for key in bare(table.before)} if table.before else set()
            indexes = table.before.indexes.values() if table.before else ()
            for key in bare(table.after) if table.is_known else ():
                before = tuple(map(table.former_name, key.columns))
                gone = [index.name for index in indexes if serves(index, before)]
                place = table.origin(key.name) or table.origin(*key.columns, *gone)
                if before in old or place is None:
                    continue
                impact, statement = place
                yield self.finding(
                    f"No index finds the rows of `{table.after.name}` by {spelling.listed(key.columns)}: deleting a row of "
                    f"`{key.references}` reads all of `{table.after.name}`.",
                    help=self.advice(impact, table, key),
                    impact=impact, migration=migration, statement=statement, relation=table.after.name,
                )  # fmt: skip

    def advice(self, impact: Impact, table: Changed, key: Constraint) -> str:
        ways = spelling.ways(impact)
        name, column = table.after.name, key.columns[0]
        target = spelling.named(impact, name, column)
        new = any(each.name == column for each in table.columns())
        if len(key.columns) > 1 or target.field is None or is_by_hand(impact):
            columns = ", ".join(map(ways.quoted, key.columns))
            index = ways.quoted(ways.named(f"{name}_{'_'.join(key.columns)}_idx"))
            sql = f"CREATE INDEX {index} ON {ways.quoted(name)} ({columns})"
            return spelling.advice(("Make one:", spelling.run_sql(sql if new else ways.concurrently(sql) or sql)))
        if new:
            return spelling.advice(("Leave `db_index=False` out:", spelling.changed(target.field, without=("db_index",))))
        made = models.Index(fields=[target.field_name], name=f"{target.model_name}_{target.field_name}"[:26] + "_idx")
        add = migrations.AddIndex(target.model_name, made)
        own = ways.replaced(add)
        code = spelling.migration(own[0], atomic=False, imports=[own[1]]) if own else spelling.operation(add)
        return spelling.advice(("Keep an index of the column, or make one in `Meta.indexes`:", code))


def bare(table: Table) -> list[Constraint]:
    """The foreign keys whose columns come first in no index."""
    indexes = table.indexes.values()
    return [key for key in table.foreign_keys() if not any(serves(index, key.columns) for index in indexes)]


def serves(index: object, columns: tuple[str, ...]) -> bool:
    """Whether the index finds rows by these columns. One over a part of the rows may be made for just that."""
    first: tuple[str | None, ...] = getattr(index, "columns", ())[: len(columns)]
    return len(first) == len(columns) and set(first) == set(columns)
