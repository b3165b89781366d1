from __future__ import annotations

from collections.abc import Iterable

from migration_lint import Finding, MigrationImpact, Rule, Severity
from migration_lint.changes import changed_tables


class TimestampWithoutTimezone(Rule):
    """The column keeps what a clock showed and not where: sessions in other time zones write other times for the same moment.

    Django's DateTimeField is `timestamp with time zone`, whatever USE_TZ says; `timestamp` comes from SQL by hand. Changing it
    later rewrites the table, unless the session's time zone is UTC.
    """

    severity = Severity.NOTE
    category = "design"
    opt_in = True
    vendors = ("postgresql",)
    bad = """
        operations = [
            migrations.RunSQL("ALTER TABLE shop_book ADD COLUMN seen timestamp", "ALTER TABLE shop_book DROP COLUMN seen"),
        ]
    """
    good = """
        operations = [
            migrations.AddField("book", "seen", models.DateTimeField(null=True)),
        ]
    """

    def check_migration(self, migration: MigrationImpact) -> Iterable[Finding]:
        for table in changed_tables(migration):
            for column in table.columns():
                naive = column.type is not None and column.type.name == "timestamp without time zone"
                if not naive or (place := table.origin(column.name)) is None:
                    continue
                impact, statement = place
                yield self.finding(
                    f"`{table.after.name}.{column.name}` has no time zone: what is written there depends on the session's.",
                    help=f"Make `{column.name}` `timestamptz`, which is what a `models.DateTimeField` is.",
                    impact=impact, migration=migration, statement=statement, relation=table.after.name,
                )  # fmt: skip
