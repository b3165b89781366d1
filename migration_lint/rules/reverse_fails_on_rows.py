from __future__ import annotations

from collections.abc import Iterable

from migration_lint import Finding, Impact, Kind, MigrationImpact, Rule, Severity, spelling
from migration_lint.dangers import dangers, told
from migration_lint.row_case import Danger
from migration_lint.running import way_back


class ReverseFailsOnRows(Rule):
    """Django can undo the operation, but the server refuses to as soon as there are rows: a release cannot be taken back.

    A NOT NULL column without a default cannot be added again to a table that is not empty. Where only rows written since may
    stand in the way, such as texts that are longer than the old column, it is a note.
    """

    severity = Severity.WARNING
    category = "reversibility"
    bad = """
        operations = [
            migrations.RemoveField("book", "stock"),
        ]
    """
    good = """
        operations = [
            migrations.AlterField("book", "stock", models.IntegerField(default=0)),
            migrations.RemoveField("book", "stock"),
        ]
    """
    bad_on = {"mysql": "", "mariadb": ""}

    def check_migration(self, migration: MigrationImpact) -> Iterable[Finding]:
        for impact, there, back in way_back(migration):
            for relation, found, message, help in told(dangers(impact, back)):
                yield self.finding(
                    f"The way back stops on rows. {message}",
                    help=self.with_default(there, found) if found.sure else help,
                    impact=there, migration=migration, statement=found.statement, effect=found.effect, relation=relation,
                    severity=None if found.sure else Severity.NOTE,
                )  # fmt: skip

    def with_default(self, impact: Impact, found: Danger) -> str:
        added = next((a for a in found.statement.actions if a.kind is Kind.ADD_COLUMN), None)
        target = spelling.named(impact, found.relation, added.name or "") if added is not None else None
        if target is None or target.field is None or target.field.remote_field:
            return "Let the column be NULL in a migration before, or give the way back a value for the old rows."
        names = {"model_name": repr(target.model_name), "name": repr(target.field_name)}
        field = spelling.changed(target.field, default="…").replace("'…'", "…")
        code = [
            spelling.call("migrations.AlterField", **names, field=field),
            spelling.operation(impact.step.operation),
        ]
        return spelling.advice(
            ("Give the field a default before it goes; the way back fills the old rows with it:", "\n".join(code))
        )
