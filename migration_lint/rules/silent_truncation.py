from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db import migrations

from migration_lint import Action, Finding, Impact, Kind, MigrationImpact, Rule, Severity, Statement, spelling
from migration_lint.rows.conversions import Conversion, conversion
from migration_lint.rows.queries import is_checked, misfits
from migration_lint.running import actions, is_settled

if TYPE_CHECKING:
    from migration_lint.sql.catalog import Table


class SilentTruncation(Rule):
    """The new type cannot hold all that the column has: what does not fit is cut off or rounded, and nobody is told.

    An explicit cast, which Django writes where the kind of type changes, cuts text off that the server would refuse without it.
    Numbers are rounded and times of day dropped in any case. MySQL and MariaDB do the same to everything outside strict mode.
    """

    severity = Severity.ERROR
    category = "data-loss"
    vendors = ("postgresql", "mysql", "mariadb")
    kinds = frozenset({Kind.ALTER_TYPE})
    bad = """
        operations = [
            migrations.AlterField("book", "price", models.DecimalField(max_digits=10, decimal_places=1)),
        ]
    """
    good = """
        operations = [
            migrations.AlterField("book", "price", models.DecimalField(max_digits=12, decimal_places=2)),
        ]
    """

    def check_impact(self, impact: Impact, migration: MigrationImpact) -> Iterable[Finding]:
        for statement, action, table in actions(impact.statements, Kind.ALTER_TYPE):
            found = conversion(action, table, statement, impact.target.vendor)
            if found is None or not found.silent or is_settled(migration, table, action.name or "", statement):
                continue
            if is_checked(table, action.name or ""):
                continue
            effect = next((each for each in statement.effects if each.source is action and each.relation == table.name), None)
            what = " and ".join(f"{trouble.values} {trouble.comes_to}" for trouble in found.silent)
            subject = spelling.doing(effect) if effect else f"Changing `{table.name}.{action.name}`"
            yield self.finding(
                f"{subject} takes something away from old rows, and the server says nothing: {what}.",
                help=self.look_first(impact, statement, action, table, found),
                impact=impact, migration=migration, statement=statement, effect=effect, relation=table.name,
            )  # fmt: skip

    def look_first(self, impact: Impact, statement: Statement, action: Action, table: Table, found: Conversion) -> str:
        ways, column, new = spelling.ways(impact), action.name or "", action.definition["type"]
        old = table.columns[column].type
        query = misfits(ways, table.name, column, old, found.silent) if old else ""
        steps: list[str | tuple[str, str]] = []
        if query:
            steps.append(("Look for the rows that would change, and decide what becomes of them:", query))
        operation = impact.step.operation
        loud = [trouble for trouble in found.silent if trouble.kind == "too long"]
        if action.definition["using"] is not None and len(loud) == len(found.silent):
            sql = f"ALTER TABLE {ways.quoted(table.name)} ALTER COLUMN {ways.quoted(column)} TYPE {new}"
            code = spelling.run_sql(sql, f"{sql.rpartition(' TYPE ')[0]} TYPE {old}")
            if not isinstance(operation, migrations.RunSQL):
                code = spelling.separate([code], [spelling.operation(operation)])
            steps.append(("Leave the cast out: the server then refuses what does not fit.", code))
        elif any(trouble.kind in ("too long", "out of range", "unreadable") for trouble in found.silent):
            options = '"OPTIONS": {"init_command": "SET sql_mode=\'STRICT_TRANS_TABLES\'"}'
            steps.append(("Let the session be strict: the server then refuses what does not fit.", options))
        else:
            steps.append(f"If they have to stay as they are, give the new values a column of their own, beside `{column}`.")
        return spelling.advice(*steps)
