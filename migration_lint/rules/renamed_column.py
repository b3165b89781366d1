from __future__ import annotations

from collections.abc import Iterable

from migration_lint import Finding, Impact, Kind, MigrationImpact, Rule, Severity
from migration_lint.running import Use, actions, is_back, is_used, table_before, uses
from migration_lint.spelling import changed, indented, listed


class RenamedColumn(Rule):
    """The release that runs while the migration does still asks for the column by its old name, and every query fails.

    The field may have a new name while the column keeps its own: `db_column` says so, and no SQL is sent.
    """

    severity = Severity.ERROR
    category = "compatibility"
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

    def check_impact(self, impact: Impact, migration: MigrationImpact) -> Iterable[Finding]:
        for statement, action, table in actions(impact.statements, Kind.RENAME_COLUMN):
            old, new = action.name or "", str(action.definition)
            if not is_used(migration, table) or is_back(migration, table, old):
                continue
            found = uses(migration.models_before, table_before(migration, table)).get(old, [])
            if not found:
                continue
            after = uses(impact.step.state.after.models, table.name).get(new, [])
            names = listed(dict.fromkeys(use.name for use in found))
            verb = "selects and inserts" if any(use.is_inserted for use in found) else "selects"
            yield self.finding(
                f"Renaming the column `{old}` of `{table.name}` to `{new}` breaks the running release: "
                f"it {verb} {names} by the old name until the last of its processes is replaced.",
                help=advice(found[0], after[0] if after else None, old),
                impact=impact, migration=migration, statement=statement, relation=table.name,
                effect=next((e for e in statement.effects if e.relation == table.name), None),
            )  # fmt: skip


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
