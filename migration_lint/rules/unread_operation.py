from __future__ import annotations

from collections.abc import Iterable

from migration_lint import Finding, Impact, MigrationImpact, Rule, Severity

# Django's own refusal: concurrently-in-transaction says more about it.
REFUSAL = "cannot be executed inside a transaction"


class UnreadOperation(Rule):
    """An operation raised while its SQL was collected, so that nobody knows what it sends. It is not taken for safe."""

    severity = Severity.WARNING
    category = "data-migrations"
    bad = """
        class Restock(migrations.RunSQL):
            def database_forwards(self, app_label, schema_editor, from_state, to_state):
                with schema_editor.connection.cursor() as cursor:
                    cursor.execute("SELECT count(*) FROM shop_book")
                    (books,) = cursor.fetchone()
                super().database_forwards(app_label, schema_editor, from_state, to_state)

        operations = [
            Restock("UPDATE shop_book SET stock = 0 WHERE stock < 0", reverse_sql=migrations.RunSQL.noop),
        ]
    """
    good = """
        operations = [
            migrations.RunSQL("UPDATE shop_book SET stock = 0 WHERE stock < 0", reverse_sql=migrations.RunSQL.noop),
        ]
    """

    def check_impact(self, impact: Impact, migration: MigrationImpact) -> Iterable[Finding]:
        if impact.unread is None or REFUSAL in impact.unread:
            return
        operation = type(impact.step.operation).__name__
        label, name = impact.step.key
        yield self.finding(
            f"What `{operation}` sends and locks is not known: collecting its SQL raised {impact.unread.rstrip('.')}.",
            help=(
                f"Have `python manage.py sqlmigrate {label} {name}` print its SQL on a scratch database, and write that down "
                "with the operation as its state:\n\n"
                f'    migrations.RunSQL("…", reverse_sql="…", state_operations=[{operation}(…)]),'
            ),
            impact=impact, migration=migration,
        )  # fmt: skip
