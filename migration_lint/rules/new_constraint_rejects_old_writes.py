from __future__ import annotations

from collections.abc import Iterable

from migration_lint import Finding, MigrationImpact, Rule, Severity
from migration_lint.compatibility import Break, How, breaks
from migration_lint.compatibility.releases import apart
from migration_lint.spelling import listed


class NewConstraintRejectsOldWrites(Rule):
    """The running release does not know of the new constraint, and fails where what it writes does not keep to it.

    Let the code that keeps to it go out first, and add the constraint in the next release.
    """

    severity = Severity.WARNING
    category = "compatibility"
    breaks = "fails where what it writes does not keep to the constraint"
    bad = """
        operations = [
            migrations.AddConstraint("book", models.UniqueConstraint(fields=["title"], name="book_title")),
        ]
    """
    good = """
        operations = [
            migrations.SeparateDatabaseAndState(
                state_operations=[
                    migrations.AddConstraint("book", models.UniqueConstraint(fields=["title"], name="book_title")),
                ],
            ),
        ]
    """

    def check_migration(self, migration: MigrationImpact) -> Iterable[Finding]:
        for found in breaks(migration, How.CONSTRAINED):
            first = found[0]
            rules = list(dict.fromkeys(spoken(each) for each in found))
            names = listed(dict.fromkeys(each.name for each in found))
            it = "them" if len(rules) > 1 else "it"
            yield self.finding(
                f"The running release does not know of {' and '.join(rules)}, which `{first.relation}` has from now on: where "
                f"what it writes to {names} does not keep to {it}, it fails "
                "until the last of its processes is replaced.",
                help=apart(first.impact, "let the code keep to it", "add it:"),
                migration=migration,
                **first.place,
            )


def spoken(found: Break) -> str:
    kind, rule = found.now
    what = kind if "index" in kind or "key" in kind else {"unique": "unique constraint"}.get(kind, f"{kind} constraint")
    name = (rule.name or "").rpartition(".")[2]
    made_up = not name or " " in name  # what has none in the database
    return f"a {what}" if made_up else f"the {what} `{name}`"
