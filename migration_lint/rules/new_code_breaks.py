from __future__ import annotations

from collections.abc import Iterable

from migration_lint import Finding, MigrationImpact, Rule, Severity
from migration_lint.compatibility import Break, How, needs
from migration_lint.spelling import listed

WORDS = {
    How.REQUIRED: "leave out {columns}, which {is} still NOT NULL without a default",
    How.UNFILLED: "leave {columns} to the database, which does not fill {it} yet",
    How.NOT_NULL: "may write NULL to {columns}, which {does} not take it yet",
    How.NARROWED: "may write to {columns} what does not fit yet",
    How.RETYPED: "read, write and compare {columns} as another type than the database has yet",
    How.CONSTRAINED: "may write to {columns} what a constraint still refuses that this migration takes away",
}


class NewCodeBreaks(Rule):
    """The new release runs before this migration does, and asks for what is not there until then.

    Only for a project whose `deploy_order` is "code-first". Let the migration go out in a release before the code that
    needs it: the code of that time does not know the field yet.

        migrations.AddField("book", "pages", models.IntegerField(null=True))
    """

    severity = Severity.ERROR
    category = "compatibility"

    def check_migration(self, migration: MigrationImpact) -> Iterable[Finding]:
        for found in needs(migration):
            first = found[0]
            label, name = migration.key
            models = listed(dict.fromkeys(each.model.name for each in found))
            yield self.finding(
                f"The new release runs before this migration does: its queries of {models} {what(found)}, and fail until the "
                "migration has run.",
                help="Deploy in two releases. In the first one run this migration, under models that are as before:\n\n"
                f"    python manage.py migrate {label} {name}\n\n"
                f"In the second one let `models.py` of {models} say what the database has by then.",
                migration=migration,
                impact=first.impact,
                statement=first.statement,
                relation=first.relation,
            )


def what(found: list[Break]) -> str:
    first = found[0]
    same = [each for each in found if each.how is first.how]
    columns = list(dict.fromkeys(each.column for each in same if each.column))
    several = len(columns) > 1
    if first.how in WORDS:
        return WORDS[first.how].format(
            columns=listed(columns),
            **{"is": "are" if several else "is", "it": "them" if several else "it", "does": "do" if several else "does"},
        )
    if columns:
        there = "are not there yet" if several else "is not there yet"
        return f"name the column{'s' * several} {listed(columns)} of `{first.relation}`, which {there}"
    return f"name the table `{first.relation}`, which is not there yet"
