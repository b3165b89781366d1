from __future__ import annotations

import difflib
from collections.abc import Iterable

from migration_lint import Finding, Impact, Kind, MigrationImpact, Rule, Severity, spelling
from migration_lint.python import Lookup, readings
from migration_lint.running import historical_models, is_model_of_today


class UnknownHistoricalModel(Rule):
    """The function asks the registry that it is given for a model that does not exist at this point of the plan.

    `apps.get_model()` raises LookupError, and the migration fails. The registry has the models as the migrations before this
    one left them: none that a later one makes, and none under a name that it has been given since or had before.
    """

    severity = Severity.ERROR
    category = "data-migrations"
    kinds = frozenset({Kind.FUNCTION})
    bad = """
        def clear_notes(apps, schema_editor):
            Novel = apps.get_model("shop", "Novel")
            Novel.objects.filter(stock=0).update(notes="")

        operations = [
            migrations.RunPython(clear_notes, migrations.RunPython.noop),
            migrations.RenameModel("Book", "Novel"),
        ]
    """
    good = """
        def clear_notes(apps, schema_editor):
            Book = apps.get_model("shop", "Book")
            Book.objects.filter(stock=0).update(notes="")

        operations = [
            migrations.RunPython(clear_notes, migrations.RunPython.noop),
            migrations.RenameModel("Book", "Novel"),
        ]
    """

    def check_impact(self, impact: Impact, migration: MigrationImpact) -> Iterable[Finding]:
        told = set()
        for reading in readings(impact):
            for lookup in reading.lookups:
                if not lookup.found and lookup not in told:
                    told.add(lookup)
                    yield self.finding(
                        f"`{lookup.function}` asks for the model `{lookup.app_label}.{lookup.model}`, which does not exist at "
                        "this point of the plan: `get_model()` raises LookupError, and the migration fails.",
                        help=advice(impact, migration, lookup),
                        impact=impact, migration=migration, location=lookup.location, related=(impact.step.location,),
                    )  # fmt: skip


def advice(impact: Impact, migration: MigrationImpact, lookup: Lookup) -> str:
    known = historical_models(impact.step.state.before)
    names = [name for label, name in known if label == lookup.app_label]
    after = historical_models(migration.impacts[-1].step.state.after)
    renamed = [name for label, name in after if label == lookup.app_label and name.lower() == lookup.model.lower()]
    close = difflib.get_close_matches(lookup.model, names, 1)
    if close:
        code = f"{close[0]} = apps.get_model({lookup.app_label!r}, {close[0]!r})"
        return spelling.advice(("The name that it has here may be meant:", code))
    if renamed or is_model_of_today(lookup.app_label, lookup.model):
        if lookup.app_label == impact.step.migration.app_label:
            return spelling.advice("It has this name only later: ask for the one that it has here, or move the function there.")
        code = f"dependencies = [\n    …,\n    ({lookup.app_label!r}, '…'),\n]"
        return spelling.advice(("Let the migration depend on the one that makes the model:", code))
    has = f"`{lookup.app_label}` has {spelling.listed(sorted(names))} here."
    told = has if names else f"No app here is called `{lookup.app_label}`."
    return spelling.advice(f"Ask for a model that there is. {told}")
