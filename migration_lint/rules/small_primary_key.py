from __future__ import annotations

from collections.abc import Iterable

from django.db import models

from migration_lint import Finding, MigrationImpact, Rule, Severity, backends, spelling
from migration_lint.changes import Changed, changed_tables, is_by_hand


class SmallPrimaryKey(Rule):
    """The table's keys are counted in a type that ends too soon, and when it does, no row can be added any more.

    Numbers that were given out are gone even where the rows are not: deleted rows and failed inserts count. Changing the type
    later rewrites the table and every table that refers to it.
    """

    severity = Severity.NOTE
    category = "design"
    opt_in = True
    vendors = ("postgresql", "mysql", "mariadb")
    bad = """
        operations = [
            migrations.CreateModel(
                "Shelf", [("id", models.AutoField(primary_key=True)), ("name", models.CharField(max_length=50))]
            ),
        ]
    """
    good = """
        operations = [
            migrations.CreateModel(
                "Shelf", [("id", models.BigAutoField(primary_key=True)), ("name", models.CharField(max_length=50))]
            ),
        ]
    """

    def check_migration(self, migration: MigrationImpact) -> Iterable[Finding]:
        highest = backends.load(migration.target.vendor).sizes.get("highest", {})
        for table in changed_tables(migration):
            key = next((each for each in table.after.constraints.values() if each.type == "primary key"), None)
            if not table.is_new or key is None or len(key.columns) != 1:
                continue
            column = table.after.columns.get(key.columns[0])
            kind = column.type.name if column and column.type else ""
            default = column.default.functions if column and column.default else ()
            counts = column is not None and (column.identity or "serial" in kind or "nextval" in default)
            if not counts or kind not in highest or (place := table.origin()) is None:
                continue
            impact, statement = place
            yield self.finding(
                f"`{table.after.name}.{key.columns[0]}` is `{kind}`: after number {highest[kind]:,} no row can be added to "
                f"`{table.after.name}`.",
                help=self.advice(table, key.columns[0], is_by_hand(impact)),
                impact=impact, migration=migration, statement=statement, relation=table.after.name,
            )  # fmt: skip

    def advice(self, table: Changed, column: str, by_hand: bool) -> str:
        if by_hand:
            return f"Make `{column}` a `bigint`."
        field = spelling.value(models.BigAutoField(primary_key=True))
        return spelling.advice(
            (f"Count in a type that does not end, for `{column}`:", field),
            (
                "Or for every key that no model defines, in the settings or in the app's `AppConfig` as `default_auto_field`:",
                "DEFAULT_AUTO_FIELD = 'django.db.models.BigAutoField'",
            ),
        )
