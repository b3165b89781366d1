from __future__ import annotations

from collections.abc import Iterable

from migration_lint import Finding, Plan, Rule, Severity

SHOWN = 5


class ModelsAheadOfMigrations(Rule):
    """The models have changed and no migration says so: `makemigrations` would write one.

    The code asks for columns and tables that no migration makes. Where only things have changed that no database sees, a help
    text or the choices, it is a warning: the next migration that anybody makes will hold those changes as well. In a project
    that has a `makemigrations` of its own, only changes that a database sees are reported.
    """

    severity = Severity.ERROR
    category = "history"

    def check_plan(self, plan: Plan) -> Iterable[Finding]:
        history = plan.history
        if history is None:
            return
        for label, changes in sorted(history.changes().items()):
            told = [f"`{change.description}`" for change in changes[:SHOWN]]
            if len(changes) > SHOWN:
                told.append(f"{len(changes) - SHOWN} more")
            listed = " and ".join([", ".join(told[:-1]), told[-1]] if len(told) > 1 else told)
            seen = any(change.schema for change in changes)
            what = ", and no database gets what they ask for" if seen else " in what no database sees"
            first = next((change for change in changes if change.schema), changes[0])
            yield self.finding(
                f"The models of `{label}` are ahead of its migrations{what}: `makemigrations` would write {listed}.",
                help=f"Run `python manage.py makemigrations {label}`.",
                severity=Severity.ERROR if seen else Severity.WARNING, app_label=label,
                location=history.locate_model(label, first.model) if first.model else None,
            )  # fmt: skip
