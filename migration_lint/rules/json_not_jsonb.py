from __future__ import annotations

from collections.abc import Iterable

from migration_lint import Finding, MigrationImpact, Rule, Severity
from migration_lint.changes import changed_tables


class JsonNotJsonb(Rule):
    """The column is `json`, which is kept as text: it is read anew by every query, and has no equality, so that DISTINCT fails.

    Django's JSONField is `jsonb`, and its lookups are written for that.
    """

    severity = Severity.NOTE
    category = "design"
    opt_in = True
    vendors = ("postgresql",)
    bad = """
        operations = [
            migrations.RunSQL(
                "ALTER TABLE shop_book ADD COLUMN details json NULL", "ALTER TABLE shop_book DROP COLUMN details"
            ),
        ]
    """
    good = """
        operations = [
            migrations.AddField("book", "details", models.JSONField(null=True)),
        ]
    """

    def check_migration(self, migration: MigrationImpact) -> Iterable[Finding]:
        for table in changed_tables(migration):
            for column in table.columns():
                if column.type is None or column.type.name != "json" or (place := table.origin(column.name)) is None:
                    continue
                impact, statement = place
                yield self.finding(
                    f"`{table.after.name}.{column.name}` is `json`: every query that looks into it parses its text, and "
                    "nothing compares it, so that DISTINCT and GROUP BY fail.",
                    help=f"Make `{column.name}` `jsonb`, which is what `models.JSONField` is, or `text` where the text counts.",
                    impact=impact, migration=migration, statement=statement, relation=table.after.name,
                )  # fmt: skip
