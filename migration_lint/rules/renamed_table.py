from __future__ import annotations

from collections.abc import Iterable

from migration_lint import Finding, MigrationImpact, Rule, Severity
from migration_lint.compatibility import Break, How, breaks
from migration_lint.spelling import advice, listed, model_of


class RenamedTable(Rule):
    """The release that runs while the migration does still asks for the table by its old name, and every query fails.

    The model may have a new name while the table keeps its own: `db_table` says so, and no SQL is sent.
    """

    severity = Severity.ERROR
    category = "compatibility"
    breaks = "fails on every query of the model"
    bad = """
        operations = [
            migrations.RenameModel("Review", "Opinion"),
        ]
    """
    good = """
        operations = [
            migrations.AlterModelTable("review", "shop_review"),
            migrations.RenameModel("Review", "Opinion"),
        ]
    """

    def check_migration(self, migration: MigrationImpact) -> Iterable[Finding]:
        for found in breaks(migration, How.TABLE_RENAMED):
            first = found[0]
            names = listed(dict.fromkeys(each.subject for each in found))
            yield self.finding(
                f"Renaming the table `{first.relation}` to `{first.now}` breaks the running release: every query of {names} "
                "asks for it by the old name, and fails, until the last of its processes is replaced.",
                help=way_out(first),
                migration=migration,
                **first.place,
            )


def way_out(found: Break) -> str:
    old, model = found.table.name, found.model
    if found.many_to_many:
        return f"Keep the table's name: say `db_table={old!r}` on the field `{found.subject}`."
    now = model_of(found.impact, str(found.now))
    after = now.name if now is not None else model.name
    lines = [f'migrations.AlterModelTable("{model.name_lower}", "{old}"),']
    if after != model.name:
        lines.append(f'migrations.RenameModel("{model.name}", "{after}"),')
    return advice(
        (f"Keep the table's name. In `models.py`, in `class Meta` of `{after}`:", f'db_table = "{old}"'),
        ("Here, which leaves the table as it is:", "\n".join(lines)),
    )
