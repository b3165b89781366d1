from __future__ import annotations

from collections.abc import Iterable

from django.apps import apps
from django.conf import settings
from django.db import router

from migration_lint import Finding, Impact, Kind, MigrationImpact, Rule, Severity, spelling
from migration_lint.python import readings


class DefaultDatabaseAlias(Rule):
    """The function's queries do not say which database they are for, in a project that has several.

    `migrate --database other` runs the function, too, and its queries go to the default database, or where a router sends
    them: the rows of the database that is migrated stay as they are, and those of the other one are changed a second time.
    """

    severity = Severity.WARNING
    category = "data-migrations"
    kinds = frozenset({Kind.FUNCTION})
    routers = ()
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
            Book.objects.using(schema_editor.connection.alias).filter(stock=0).update(notes="")

        operations = [
            migrations.RunPython(clear_notes, migrations.RunPython.noop),
        ]
    """

    def check_impact(self, impact: Impact, migration: MigrationImpact) -> Iterable[Finding]:
        if not goes_astray(impact):
            return
        for reading in readings(impact):
            for label, function, place in reading.unaliased[:1]:
                model = label.partition(".")[2]
                code = f"{model}.objects.using(schema_editor.connection.alias)"
                yield self.finding(
                    f"`{function}` asks for rows of `{label}` without saying in which database: while another one than the "
                    "default is migrated, it changes or reads the wrong rows.",
                    help=spelling.advice(("Ask the database that is migrated, in each query:", code)),
                    impact=impact, migration=migration, location=place, related=(impact.step.location,),
                )  # fmt: skip


def goes_astray(impact: Impact) -> bool:
    """Whether a router, or having none, lets the operation run on a database that is not the one its queries go to."""
    label, hints = impact.step.migration.app_label, getattr(impact.step.operation, "hints", {})
    own = [alias for alias, one in settings.DATABASES.items() if not one.get("TEST", {}).get("MIRROR")]  # replicas
    allowed = [alias for alias in own if router.allow_migrate(alias, label, **hints)]
    models = list(apps.all_models.get(label, {}).values())
    return len(allowed) > 1 or (bool(allowed) and any(router.db_for_write(model) != allowed[0] for model in models))
