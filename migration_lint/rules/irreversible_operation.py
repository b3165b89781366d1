from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.db.migrations import RunPython, RunSQL

from migration_lint import Finding, Impact, Kind, MigrationImpact, Rule, Severity, Statement
from migration_lint.spelling import Ways, indented, ways


class IrreversibleOperation(Rule):
    """Django refuses to go back over the operation, and so over everything after it, when a deployment has to be taken back."""

    severity = Severity.WARNING
    category = "reversibility"
    bad = """
        operations = [
            migrations.RunSQL("UPDATE shop_book SET notes = '' WHERE stock = 0"),
        ]
    """
    good = """
        operations = [
            migrations.RunSQL("UPDATE shop_book SET notes = '' WHERE stock = 0", reverse_sql=migrations.RunSQL.noop),
        ]
    """

    def check_impact(self, impact: Impact, migration: MigrationImpact) -> Iterable[Finding]:
        if impact.reversible:
            return
        operation: Any = impact.step.operation
        label, name = impact.step.key
        if isinstance(operation, RunPython):
            missing, help = "its `RunPython` has no `reverse_code`", of_code(operation)
        elif isinstance(operation, RunSQL):
            missing, help = "its `RunSQL` has no `reverse_sql`", of_sql(impact)
        else:
            missing, help = f"its `{type(operation).__name__}` says `reversible = False`", of_custom(operation)
        yield self.finding(
            f"`migrate {label}` cannot go back over `{name}`: {missing}.",
            help=help, impact=impact, migration=migration,
        )  # fmt: skip


def of_code(operation: Any) -> str:
    name = getattr(operation.code, "__name__", "") or type(operation.code).__name__
    name = name if name.isidentifier() else "code"
    return (
        "Where the rows may stay as they are, say so:\n\n"
        f"    migrations.RunPython({name}, reverse_code=migrations.RunPython.noop),\n\n"
        "Where they may not, undo them:\n\n"
        f"    def reverse_{name}(apps, schema_editor):\n"
        "        ...\n\n"
        f"    migrations.RunPython({name}, reverse_code=reverse_{name}),"
    )


def of_sql(impact: Impact) -> str:
    inverse = [line for statement in reversed(impact.statements) for line in inverses(ways(impact), statement)]
    if any(line is None for line in inverse) or not inverse:
        return (
            "Write the way back:\n\n"
            '    migrations.RunSQL(…, reverse_sql="…"),\n\n'
            "or, where what it does may stay, `reverse_sql=migrations.RunSQL.noop`."
        )
    shown = repr(inverse[0]) if len(inverse) == 1 else repr(inverse)
    return f"Write the way back:\n\n    migrations.RunSQL(…, reverse_sql={shown}),"


def inverses(own: Ways, statement: Statement) -> Iterator[str | None]:
    """The statements that undo one, in words that every database understands; None where there is none."""

    def q(name: Any) -> str:
        return own.quoted(str(name))

    for action in reversed(statement.actions):
        table, name = action.table, action.name
        if "if not exists" in action.traits:
            yield None  # what was there before shall not be dropped
        elif action.kind is Kind.CREATE_TABLE:
            yield f"DROP TABLE {q(table)}"
        elif action.kind is Kind.CREATE_VIEW:
            yield f"DROP VIEW {q(table)}"
        elif action.kind is Kind.ADD_COLUMN:
            yield f"ALTER TABLE {q(table)} DROP COLUMN {q(name)}"
        elif action.kind is Kind.ADD_CONSTRAINT and name and "with its column" not in action.traits:
            yield f"ALTER TABLE {q(table)} DROP CONSTRAINT {q(name)}"
        elif action.kind is Kind.CREATE_INDEX and name and "concurrently" in action.traits:
            yield f"DROP INDEX CONCURRENTLY {q(name)}"
        elif action.kind is Kind.RENAME_COLUMN:
            yield f"ALTER TABLE {q(table)} RENAME COLUMN {q(action.definition)} TO {q(name)}"
        elif action.kind is Kind.RENAME_TABLE:
            yield f"ALTER TABLE {q(name)} RENAME TO {q(table)}"
        elif action.kind is not Kind.SELECT and "with its column" not in action.traits:
            yield None


def of_custom(operation: Any) -> str:
    lines = [
        f"class {type(operation).__name__}(…):",
        "    reversible = True",
        "",
        "    def database_backwards(self, app_label, schema_editor, from_state, to_state):",
        '        schema_editor.execute("…")',
    ]
    return f"Give the operation a way back:\n\n{indented(lines)}".replace("    \n", "\n")
