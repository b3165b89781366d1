from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.db import migrations, models
from django.db.migrations.state import ModelState

from migration_lint import Finding, Impact, MigrationImpact, Rule, Severity, spelling
from migration_lint.running import table_name, touched_models


class DeprecatedUniqueTogether(Rule):
    """`unique_together` is left for old projects: a `UniqueConstraint` can do the same, and has a name to find it by.

    A name says which constraint an IntegrityError is about, and lets a later migration change it; a constraint can have a
    condition, be deferred, or be made without keeping others out. `index_together` is gone from models since Django 5.1.
    """

    severity = Severity.NOTE
    category = "design"
    opt_in = True
    bad = """
        operations = [
            migrations.AlterUniqueTogether("review", {("book", "rating")}),
        ]
    """
    good = """
        operations = [
            migrations.AddConstraint(
                "review", models.UniqueConstraint(fields=["book", "rating"], name="review_book_rating_uniq")
            ),
        ]
    """

    def check_impact(self, impact: Impact, migration: MigrationImpact) -> Iterable[Finding]:
        for before, state in touched_models(impact):
            for option, fields in added(before, state):
                name = "_".join([state.name_lower, *fields])[:25] + ("_uniq" if option == "unique_together" else "_idx")
                made: models.BaseConstraint | models.Index = (
                    models.UniqueConstraint(fields=fields, name=name)
                    if option == "unique_together"
                    else models.Index(fields=fields, name=name)
                )
                where = "constraints" if isinstance(made, models.BaseConstraint) else "indexes"
                code = f"{where} = [{spelling.value(made)}]"
                change: migrations.AddConstraint | migrations.AddIndex = (
                    migrations.AddConstraint(state.name_lower, made)
                    if isinstance(made, models.BaseConstraint)
                    else migrations.AddIndex(state.name_lower, made)
                )
                steps = [("Say it in the model's `Meta`:", code)]
                if before is not None:
                    steps.append(("Which makes this migration:", spelling.operation(change)))
                yield self.finding(
                    f"`{option}` of `{state.name}` makes {'a constraint' if where == 'constraints' else 'an index'} on "
                    f"{spelling.listed(fields)} that has no name in the code.",
                    help=spelling.advice(*steps),
                    impact=impact, migration=migration, relation=table_name(state),
                )  # fmt: skip


def added(before: ModelState | None, state: ModelState) -> Iterator[tuple[str, tuple[str, ...]]]:
    gone = [name for name in before.fields if name not in state.fields] if before else []
    new = [name for name in state.fields if before and name not in before.fields]
    renamed = dict(zip(gone, new, strict=False)) if len(gone) == len(new) == 1 else {}
    for option in ("unique_together", "index_together"):
        before_it = (before.options.get(option) if before else None) or ()
        old = {tuple(renamed.get(name, name) for name in fields) for fields in before_it}
        yield from ((option, tuple(fields)) for fields in sorted(state.options.get(option) or ()) if tuple(fields) not in old)
