from __future__ import annotations

from collections.abc import Iterable

from migration_lint import Finding, Impact, Kind, MigrationImpact, Rule, Severity, spelling
from migration_lint.python import Fault, readings

HERE = "at this point of the plan"
RAISES = {
    "attribute": "`{function}` asks `{label}` for `{name}`, which it does not have {here}: AttributeError",
    "manager": "`{function}` asks a manager of `{label}` for `{name}`, which it does not have in a migration: AttributeError",
    "swapped": "`{function}` asks `{label}` for `{name}`, and the settings have another model in its place: AttributeError",
    "field": "`{function}` names `{name}` in a query of `{label}`, which has no such field {here}: FieldError",
    "update": "`{function}` updates `{name}` of `{label}`, which has no such field {here}: FieldDoesNotExist",
    "defaults": "`{function}` gives a new `{label}` a `{name}`, which it does not have {here}: FieldError",
    "argument": "`{function}` gives a new `{label}` a `{name}`, which it does not have {here}: TypeError",
}
LATER = "A later migration adds the field: move the function after it, or let this migration depend on that one."
WITHOUT = (
    "A migration's models have the fields of their time, and managers that say `use_in_migrations`, but no methods, properties "
    "or constants of the class. Write into the function what `{name}` stands for."
)


class MissingHistoricalAttribute(Rule):
    """The function uses a field, a method or a manager that the model does not have at this point of the plan.

    The models of a migration are made from the migrations before it, not from the code: they have the fields of their time, and
    of the class's own methods, properties, constants and managers nothing. Asking for one raises AttributeError, in a query
    FieldError, and the migration fails. A `save()` or `delete()` of the class is not called, without a word: a note says so.
    """

    severity = Severity.ERROR
    category = "data-migrations"
    kinds = frozenset({Kind.FUNCTION})
    bad = """
        def mark_new(apps, schema_editor):
            Book = apps.get_model("shop", "Book")
            for book in Book.objects.filter(blurb="").iterator():
                book.set_blurb()

        operations = [
            migrations.RunPython(mark_new, migrations.RunPython.noop),
            migrations.AddField("book", "blurb", models.TextField(default="")),
        ]
    """
    good = """
        def mark_new(apps, schema_editor):
            Book = apps.get_model("shop", "Book")
            for book in Book.objects.filter(notes="").iterator():
                print(book.title)

        operations = [
            migrations.RunPython(mark_new, migrations.RunPython.noop),
        ]
    """

    def check_impact(self, impact: Impact, migration: MigrationImpact) -> Iterable[Finding]:
        told: set[object] = set()
        for reading in readings(impact):
            for fault in reading.faults:
                if fault.kind == "left out":
                    if (fault.function, fault.label, fault.name) not in told:
                        told.add((fault.function, fault.label, fault.name))
                        yield self.left_out(fault, impact, migration)
                elif fault not in told:
                    told.add(fault)
                    said = RAISES[fault.kind].format(function=fault.function, name=fault.name, label=fault.label, here=HERE)
                    yield self.finding(
                        f"{said}, and the migration fails.",
                        help=advice(impact, fault),
                        impact=impact, migration=migration, location=fault.location, related=(impact.step.location,),
                    )  # fmt: skip

    def left_out(self, fault: Fault, impact: Impact, migration: MigrationImpact) -> Finding:
        does = {"save": "saves", "delete": "deletes"}[fault.name]
        return self.finding(
            f"`{fault.function}` {does} rows of `{fault.label}` without the `{fault.name}()` that the class has in the code: a "
            "migration's models have Django's own.",
            help=f"Write into the function what `{fault.label}.{fault.name}()` does besides, where these rows need it.",
            impact=impact, migration=migration, severity=Severity.NOTE, location=fault.location,
            related=(impact.step.location,),
        )  # fmt: skip


def advice(impact: Impact, fault: Fault) -> str:
    label, _, name = fault.label.partition(".")
    if fault.kind == "swapped":
        return spelling.advice(("Ask for the model that the settings name:", "apps.get_model(settings.AUTH_USER_MODEL)"))
    if fault.today == "field" and fault.kind != "manager":
        return spelling.advice(LATER)
    if fault.kind == "manager" or fault.today == "manager":
        return spelling.advice(
            f"Write the query out over `{name}.objects`. Or give the manager's class `use_in_migrations = True`, and let "
            "`makemigrations` put it into a migration before this one."
        )
    if fault.kind == "attribute":
        return spelling.advice(WITHOUT.format(name=fault.name))
    state = impact.step.state.before.models.get((label, name.lower()))
    fields = f" `{fault.label}` has {spelling.listed(state.fields)} here." if state is not None else ""
    return spelling.advice(f"Name a field that there is.{fields}")
