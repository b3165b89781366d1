from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.apps import apps

from migration_lint import Finding, Impact, Kind, Location, MigrationImpact, Rule, Severity, spelling
from migration_lint.python import readings
from migration_lint.running import find_table


class UndeclaredDependency(Rule):
    """The migration needs a model of another migration that it does not depend on, and Django may run it before that one.

    That it works today is luck: the order of migrations that do not depend on each other follows the names of the apps and
    what else depends on them. Where it comes out otherwise, in a test database or after the next migration of any app, the
    function's `get_model()` raises LookupError, and a key has no table to refer to.
    """

    severity = Severity.ERROR
    category = "data-migrations"
    kinds = frozenset({Kind.FUNCTION, Kind.ADD_CONSTRAINT})
    bad = """
        def name_authors(apps, schema_editor):
            Account = apps.get_model("accounts", "Account")
            for account in Account.objects.filter(name="").iterator():
                print(account.pk)

        operations = [
            migrations.RunPython(name_authors, migrations.RunPython.noop),
        ]
    """
    good = """
        def name_authors(apps, schema_editor):
            Account = apps.get_model("accounts", "Account")
            for account in Account.objects.filter(name="").iterator():
                print(account.pk)

        dependencies = [("shop", "0001_x"), ("accounts", "0001_x")]
        operations = [
            migrations.RunPython(name_authors, migrations.RunPython.noop),
        ]
    """

    def check_impact(self, impact: Impact, migration: MigrationImpact) -> Iterable[Finding]:
        told: set[tuple[str, str]] = set()
        for what, needed, place in self.needs(impact, migration):
            if needed not in told and not migration.runs_after(needed):
                told.add(needed)
                name = ".".join(migration.key)
                yield self.finding(
                    f"{what}, which `{'.'.join(needed)}` makes, and `{name}` does not depend on that: where it runs first, "
                    "it fails.",
                    help=spelling.advice(("Add it to the dependencies:", f"dependencies = [\n    …,\n    {needed!r},\n]")),
                    impact=impact, migration=migration, location=place,
                    related=() if place is None else (impact.step.location,),
                )  # fmt: skip

    def needs(self, impact: Impact, migration: MigrationImpact) -> Iterator[tuple[str, tuple[str, str], Location | None]]:
        """What of other migrations the operation needs, and where a function asks for it."""
        for reading in readings(impact):
            for lookup in reading.lookups:
                table = find_table(impact.before.tables, lookup.table) if lookup.table else None
                if table is not None and table.made_by is not None:
                    what = f"`{lookup.function}` asks for the model `{lookup.app_label}.{lookup.model}`"
                    yield what, table.made_by, lookup.location
        for statement in impact.statements:
            for action in statement.actions:
                references = getattr(action.definition, "references", None)
                table = impact.before.tables.get(references) if references else None
                if action.kind is not Kind.ADD_CONSTRAINT or table is None or table.made_by is None:
                    continue
                if not migration.runs_after(table.made_by) and not is_swappable(table.name):  # that has a rule of its own
                    yield f"`{action.table}` refers to `{references}`", table.made_by, None


def is_swappable(table: str) -> bool:
    """Whether it is the table of a model that a setting names."""
    models = [model for model in apps.get_models() if model._meta.db_table == table]
    return any(apps.get_swappable_settings_name(model._meta.label) for model in models)
