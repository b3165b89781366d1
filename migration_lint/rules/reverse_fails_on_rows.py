from __future__ import annotations

from collections.abc import Iterable

from migration_lint import Finding, Impact, Kind, MigrationImpact, Rule, Severity, spelling
from migration_lint.rows.case import Danger
from migration_lint.rows.dangers import dangers
from migration_lint.running import way_back

Undone = tuple[Impact, Danger]
SHOWN = 3  # what is said of more of the same is only their number


class ReverseFailsOnRows(Rule):
    """Django can undo the operation, but the server refuses to as soon as there are rows: a release cannot be taken back.

    A NOT NULL column without a default cannot be added again to a table that is not empty. Where only rows written since may
    stand in the way, such as texts that are longer than the old column, it is one note for the whole migration.
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
        sure: dict[str, list[Undone]] = {}
        maybe: list[Undone] = []
        for impact, there, back in way_back(migration):
            for danger in dangers(impact, back):
                if danger.sure:
                    sure.setdefault(danger.relation, []).append((there, danger))
                elif not danger.rare:
                    maybe.append((there, danger))
        for relation, undone in sure.items():
            there, danger = undone[-1]
            yield self.of(migration, undone, Severity.WARNING, self.with_default(there, danger), relation)
        if maybe:
            help = "Leave the migration in place when the release is taken back, or put such rows right before going back."
            yield self.of(migration, maybe, Severity.NOTE, help, maybe[-1][1].relation)

    def of(self, migration: MigrationImpact, undone: list[Undone], severity: Severity, help: str, relation: str) -> Finding:
        """One finding for all that stands in the way; it points at the operation that comes first in the file."""
        there, danger = undone[-1]
        messages = list(dict.fromkeys(danger.message for _, danger in reversed(undone)))
        more = f" So do {len(messages) - SHOWN} more." if len(messages) > SHOWN else ""
        return self.finding(
            f"The way back stops on rows. {' '.join(messages[:SHOWN])}{more}",
            help=help,
            impact=there, migration=migration, statement=danger.statement, effect=danger.effect, relation=relation,
            severity=severity,
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
