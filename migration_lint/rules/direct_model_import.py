from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.migrations import Migration, RunPython

from migration_lint import Finding, Impact, Kind, MigrationImpact, Rule, Severity
from migration_lint.python import RealModel, real_models


class DirectModelImport(Rule):
    """The function uses a model as the code has it today, while the migration runs against the tables of its own time.

    The day a field is added to the model, a fresh database cannot be migrated any more: the query names a column that a later
    migration makes. A model counts as used where its managers are reached, where it is instantiated, and where it is passed on;
    reading a constant off the class does not.
    """

    severity = Severity.ERROR
    category = "data-migrations"
    kinds = frozenset({Kind.FUNCTION})
    bad = """
        def clear_notes(apps, schema_editor):
            from shop.models import Book

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
            migrations.RunPython(clear_notes, migrations.RunPython.noop),
        ]
    """

    def check_impact(self, impact: Impact, migration: MigrationImpact) -> Iterable[Finding]:
        operation: Any = impact.step.operation
        if not isinstance(operation, RunPython):
            return
        seen = set()
        for code in (operation.code, operation.reverse_code):
            for use in real_models(code) if code is not None else ():
                if use not in seen:
                    seen.add(use)
                    yield self.finding(
                        f"`{use.function}` uses the model `{use.label}` as the code has it now, not as it was at this "
                        "migration, which fails on a fresh database as soon as a later one adds a column to it.",
                        help=advice(use, impact.step.migration),
                        impact=impact, migration=migration, location=use.location, related=(impact.step.location,),
                    )  # fmt: skip


def advice(use: RealModel, migration: Migration) -> str:
    label, _, name = use.label.rpartition(".")
    if use.how == "user model":
        line = "User = apps.get_model(settings.AUTH_USER_MODEL)"
        foreign = "migrations.swappable_dependency(settings.AUTH_USER_MODEL)"
    else:
        name = name if name.isidentifier() else "Model"
        line = f'{name} = apps.get_model("{label}", "{name}")' if label else f'{name} = apps.get_model("…", "…")'
        known = {"", migration.app_label, *(dependency[0] for dependency in migration.dependencies)}
        foreign = f'("{label}", "__first__")' if label not in known else ""
    how = {
        "registry": "Ask the `apps` that the function is given, not `django.apps.apps`",
        "user model": "Ask the `apps` that the function is given, not `get_user_model()`",
    }.get(use.how, "Take the model from the `apps` that the function is given, and delete the import")
    more = f"\n\nand let `dependencies` name a migration of its app:\n\n    {foreign}," if foreign else ""
    return f"{how}:\n\n    {line}{more}"
