from __future__ import annotations

from collections.abc import Iterable

from migration_lint import Finding, MigrationImpact, Rule, Severity
from migration_lint.compatibility import Break, How, breaks
from migration_lint.spelling import advice, listed


class OldCodeBreaks(Rule):
    """The release that runs while the migration does asks for a table or column that it no longer finds, and fails.

    What its models ask of the database is held against what the migration leaves, whatever brought that about: a view in place
    of the table, another schema, a table exchanged for one with other columns.
    """

    severity = Severity.ERROR
    category = "compatibility"
    breaks = "fails on every query of the model"
    bad = """
        operations = [
            migrations.RunSQL("ALTER TABLE shop_review RENAME TO shop_opinion"),
            migrations.RunSQL("CREATE VIEW shop_review AS SELECT id, book_id, body FROM shop_opinion"),
        ]
    """
    good = """
        operations = [
            migrations.RunSQL("CREATE VIEW shop_opinion AS SELECT * FROM shop_review"),
        ]
    """

    def check_migration(self, migration: MigrationImpact) -> Iterable[Finding]:
        for found in breaks(migration, How.TABLE_LOST, How.COLUMN_LOST):
            first = found[0]
            models = listed(dict.fromkeys(each.model.name for each in found))
            yield self.finding(
                f"{what(found)}: the queries of {models} in the running release fail until the last of its processes "
                "is replaced.",
                help=way_out(first),
                migration=migration,
                **{**first.place, "relation": known_as(first)},
            )


def known_as(found: Break) -> str:
    return str(found.now.name) if found.column and found.now is not None else found.relation


def what(found: list[Break]) -> str:
    first = found[0]
    name = first.now.name if first.now is not None else first.relation
    if first.column:
        columns = list(dict.fromkeys(each.column for each in found if each.column))
        return f"`{name}` no longer has the column{'s' * (len(columns) > 1)} {listed(columns)}"
    if first.now is None:
        return f"`{name}` is not there any more"
    if name != first.relation and name.rpartition(".")[2] == first.relation.rpartition(".")[2]:
        return f"`{first.relation}` is `{name}` from now on"
    return f"`{name}` is a {first.now.kind} from now on, which takes no rows"


def way_out(found: Break) -> str:
    model = found.model.name_lower
    state = (
        f'migrations.RemoveField("{model}", "{found.use.field}"),'
        if found.use is not None and found.use.definition is not None
        else f'migrations.DeleteModel("{model}"),'
    )
    return advice(
        (
            "Let the code that does without it go out first. In that release:",
            f"migrations.SeparateDatabaseAndState(\n    state_operations=[\n        {state}\n    ],\n),",
        ),
        "Run this operation in the next one, when no process of the old code is left.",
    )
