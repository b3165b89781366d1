from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.migrations import RunPython, RunSQL

from migration_lint import Finding, Impact, Kind, MigrationImpact, Rule, Severity, spelling
from migration_lint.python import reading

CHANGES = {Kind.UPDATE, Kind.DELETE}
BESIDES = {Kind.SELECT, Kind.SELECT_FOR_UPDATE, Kind.SET, Kind.SET_CONSTRAINTS}


class NonElidableDataMigration(Rule):
    """The operation corrects rows that are there, and is kept when the app's migrations are squashed.

    A new database has no such rows: there it does nothing, in every test run, and stands between the operations on either side
    of it, which `squashmigrations` then cannot make one. What adds rows that a new database needs, too, is no such operation.
    """

    severity = Severity.NOTE
    category = "data-migrations"
    opt_in = True
    bad = """
        def clear_notes(apps, schema_editor):
            Book = apps.get_model("shop", "Book")
            Book.objects.filter(stock=0).update(notes="")

        operations = [
            migrations.RunPython(clear_notes, migrations.RunPython.noop),
        ]
    """
    good = """
        def clear_notes(apps, schema_editor):
            Book = apps.get_model("shop", "Book")
            Book.objects.filter(stock=0).update(notes="")

        operations = [
            migrations.RunPython(clear_notes, migrations.RunPython.noop, elidable=True),
        ]
    """

    def check_impact(self, impact: Impact, migration: MigrationImpact) -> Iterable[Finding]:
        operation: Any = impact.step.operation
        if not isinstance(operation, RunPython | RunSQL) or operation.elidable or migration.migration.replaces:
            return
        if corrects_rows(impact):
            yield self.finding(
                f"The `{type(operation).__name__}` does nothing on a new database, and stays when the migrations of "
                f"`{impact.step.migration.app_label}` are squashed.",
                help=spelling.advice(("Let `squashmigrations` leave it out:", elidable(operation))),
                impact=impact, migration=migration,
            )  # fmt: skip


def elidable(operation: Any) -> str:
    if isinstance(operation, RunPython):
        return f"migrations.RunPython({getattr(operation.code, '__name__', '…')}, …, elidable=True),"
    body = spelling.operation(operation).rstrip().removesuffix(",").removesuffix(")").rstrip()
    return f"{body}\n    elidable=True,\n)," if "\n" in body else f"{body}, elidable=True),"


def corrects_rows(impact: Impact) -> bool:
    """Whether rows are changed or deleted, and nothing else is done."""
    if impact.is_unread or getattr(impact.step.operation, "state_operations", None):
        return False
    kinds = {action.kind for statement in impact.statements for action in statement.actions}
    found = reading(impact)
    changed = kinds | {change.kind for change in found.changes}
    return bool(changed & CHANGES) and changed <= CHANGES | BESIDES and not found.gave_up
