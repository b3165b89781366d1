from __future__ import annotations

from collections.abc import Iterable

from migration_lint import Finding, Impact, MigrationImpact, Rule, Severity
from migration_lint.rows.dangers import KINDS, dangers, told


class FailsOnExistingRows(Rule):
    """The rows that are there decide whether the migration goes through: one that does not fit, and it stops.

    It went through on every test database, for those have no such rows. What an earlier migration has seen to, and what the
    database has made sure of already, is not told.
    """

    severity = Severity.WARNING
    category = "data-loss"
    kinds = frozenset(KINDS)
    bad = """
        operations = [
            migrations.AddConstraint("book", models.UniqueConstraint(fields=["title"], name="one_book_a_title")),
        ]
    """
    good = """
        operations = [
            migrations.RunSQL(
                "UPDATE shop_book SET title = isbn WHERE title = ''",
                reverse_sql=migrations.RunSQL.noop,
            ),
            migrations.AddConstraint("book", models.UniqueConstraint(fields=["title"], name="one_book_a_title")),
        ]
    """

    def check_impact(self, impact: Impact, migration: MigrationImpact) -> Iterable[Finding]:
        for relation, found, message, help in told(dangers(impact, migration)):
            yield self.finding(
                message, help=help,
                impact=impact, migration=migration, statement=found.statement, effect=found.effect, relation=relation,
                severity=Severity.ERROR if found.sure else None,
            )  # fmt: skip
