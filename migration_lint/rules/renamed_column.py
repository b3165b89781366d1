from __future__ import annotations

from collections.abc import Iterable

from migration_lint import Finding, MigrationImpact, Rule, Severity
from migration_lint.compatibility import How, breaks
from migration_lint.running import Use, uses
from migration_lint.spelling import changed, indented, listed


class RenamedColumn(Rule):
    """The release that runs while the migration does still asks for the column by its old name, and every query fails.

    The field may have a new name while the column keeps its own: `db_column` says so, and no SQL is sent.
    """

    severity = Severity.ERROR
    category = "compatibility"
    breaks = "no longer reads or writes the model at all"
    bad = """
        operations = [
            migrations.RenameField("book", "notes", "remarks"),
        ]
    """
    good = """
        operations = [
            migrations.AlterField("book", "notes", models.TextField(db_column="notes")),
            migrations.RenameField("book", "notes", "remarks"),
        ]
    """

    def check_migration(self, migration: MigrationImpact) -> Iterable[Finding]:
        for found in breaks(migration, How.COLUMN_RENAMED):
            first = found[0]
            same = [each for each in found if each.column == first.column]
            use, old, new = first.use, first.column, str(first.now)
            assert use is not None
            after = uses(first.impact.step.state.after.models, first.relation).get(new)
            names = listed(dict.fromkeys(each.name for each in same))
            verb = "selects and inserts" if any(each.use and each.use.is_inserted for each in same) else "selects"
            yield self.finding(
                f"Renaming the column `{old}` of `{first.relation}` to `{new}` breaks the running release: "
                f"it {verb} {names} by the old name until the last of its processes is replaced.",
                help=advice(use, after[0] if after else None, old),
                migration=migration,
                **first.place,
            )


def advice(use: Use, after: Use | None, old: str) -> str:
    if use.definition is not None and use.definition.many_to_many:
        return (
            "Keep the model's name: the columns of an automatic many-to-many table are named after it. Rename it only together "
            f"with a `through` model for `{use.name}` whose field says `db_column={old!r}`."
        )
    field = after.field if after is not None else use.field
    definition = changed((after or use).definition, db_column=old)
    if field == use.field:
        return f'Keep `db_column="{old}"` on `{use.name}`, and leave this operation out:\n\n    {field} = {definition}'
    lines = [
        f'migrations.AlterField("{use.model}", "{use.field}", {definition}),',
        f'migrations.RenameField("{use.model}", "{use.field}", "{field}"),',
    ]
    return (
        "Rename the field and keep the column. In `models.py`:\n\n"
        f"    {field} = {definition}\n\n"
        f"and here, which sends no SQL:\n\n{indented(lines)}"
    )
