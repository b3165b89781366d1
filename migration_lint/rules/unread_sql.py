from __future__ import annotations

from collections.abc import Iterable

from migration_lint import Finding, Impact, MigrationImpact, Rule, Severity

SHOWN = 60


class UnreadSql(Rule):
    """A statement was not understood, or runs SQL that is put together only then. It is not taken for safe."""

    severity = Severity.WARNING
    category = "data-migrations"
    help = """
        Write the statements themselves, without DO, EXECUTE or functions that hide them. Where that cannot be, run it on a copy
        of the production database, watch its locks, and say so above the operation:

            # migration-lint: ignore[unread-sql] -- reason
    """
    bad = """
        operations = [
            migrations.RunSQL(
                "DO $$ BEGIN EXECUTE 'ALTER TABLE ' || 'shop_book' || ' DROP COLUMN notes'; END $$",
                reverse_sql=migrations.RunSQL.noop,
            ),
        ]
    """
    good = """
        operations = [
            migrations.RunSQL("ALTER TABLE shop_book DROP COLUMN notes", reverse_sql=migrations.RunSQL.noop),
        ]
    """

    def check_impact(self, impact: Impact, migration: MigrationImpact) -> Iterable[Finding]:
        for statement in impact.statements:
            if statement.unread is None:
                continue
            text = " ".join(statement.sql.split())
            text = text if len(text) <= SHOWN else f"{text[:SHOWN].rstrip()}…"
            yield self.finding(
                f"`{text}` was not understood ({statement.unread}): what it locks and changes, and for how long, is not known.",
                impact=impact, migration=migration, statement=statement,
            )  # fmt: skip
