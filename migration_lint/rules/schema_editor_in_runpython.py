from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.migrations import RunPython

from migration_lint import Finding, Impact, Kind, MigrationImpact, Rule, Severity
from migration_lint.python import edits


class SchemaEditorInRunpython(Rule):
    """Django refuses what a schema editor sends inside a transaction on a database that cannot roll it back.

    A RunPython runs in a transaction of its own there, unless it or the migration says `atomic=False`.
    """

    severity = Severity.ERROR
    category = "transactions"
    vendors = ("mysql", "mariadb", "oracle")
    kinds = frozenset({Kind.FUNCTION})
    bad = """
        def index_stock(apps, schema_editor):
            schema_editor.execute("CREATE INDEX book_stock_idx ON shop_book (stock)")

        operations = [
            migrations.RunPython(index_stock, migrations.RunPython.noop),
        ]
    """
    good = """
        def index_stock(apps, schema_editor):
            schema_editor.execute("CREATE INDEX book_stock_idx ON shop_book (stock)")

        operations = [
            migrations.RunPython(index_stock, migrations.RunPython.noop, atomic=False),
        ]
    """

    def check_impact(self, impact: Impact, migration: MigrationImpact) -> Iterable[Finding]:
        operation: Any = impact.step.operation
        if not isinstance(operation, RunPython) or not impact.step.atomic:
            return
        for code in (operation.code, operation.reverse_code):
            for edit in edits(code, impact.target.vendor)[:1] if code is not None else ():
                yield self.finding(
                    f"`{edit.function}` calls `{edit.method}()` of a schema editor inside a transaction, which this database "
                    "cannot roll back: Django raises TransactionManagementError, and the migration fails.",
                    help="Run the function without a transaction, and let it do nothing else:\n\n"
                    f"    migrations.RunPython({edit.function}, …, atomic=False),\n\n"
                    "Better, write an operation for it, or a RunSQL: then it can be linted, and undone.",
                    impact=impact, migration=migration, location=edit.location, related=(impact.step.location,),
                )  # fmt: skip
