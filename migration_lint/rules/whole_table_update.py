from __future__ import annotations

from collections.abc import Iterable

from django.db.migrations import RunPython, RunSQL

from migration_lint import Effect, Finding, Impact, Kind, MigrationImpact, Rule, Severity, Statement
from migration_lint.python import RowChange, changes
from migration_lint.rows import backfill
from migration_lint.running import find_table, is_used

WORDS = {Kind.UPDATE: "changes", Kind.DELETE: "deletes"}


class WholeTableUpdate(Rule):
    """One statement changes or deletes every row of a table that is in use, and keeps each row locked until it commits.

    Whoever writes to such a row waits, the transaction holds back the cleaning up of old row versions all the while, and where
    it fails, all of it is done again. A batch of a thousand rows locks these alone, and for a moment.
    """

    severity = Severity.ERROR
    category = "locks"
    kinds = frozenset({Kind.UPDATE, Kind.DELETE, Kind.FUNCTION})
    bad = """
        def clear_notes(apps, schema_editor):
            apps.get_model("shop", "Book").objects.update(notes="")

        operations = [
            migrations.RunPython(clear_notes, migrations.RunPython.noop),
        ]
    """
    good = """
        def clear_notes(apps, schema_editor):
            rows = apps.get_model("shop", "Book").objects.using(schema_editor.connection.alias).order_by("pk")
            last = None
            while True:
                batch = rows if last is None else rows.filter(pk__gt=last)
                keys = list(batch.values_list("pk", flat=True)[:1000])
                if not keys:
                    break
                rows.filter(pk__in=keys).update(notes="")
                last = keys[-1]

        atomic = False
        operations = [
            migrations.RunPython(clear_notes, migrations.RunPython.noop),
        ]
    """

    def check_impact(self, impact: Impact, migration: MigrationImpact) -> Iterable[Finding]:
        for statement in impact.statements:
            for effect in statement.effects:
                if effect.writes_rows and migration.used_table(effect) and is_whole(impact, effect):
                    yield self.of_statement(impact, migration, statement, effect)
        if isinstance(impact.step.operation, RunPython):
            for change in changes(impact):
                if not change.filtered and not change.cascade and change.kind in WORDS:
                    table = find_table(impact.before.tables, change.table)
                    if table is None or is_used(migration, table):
                        yield self.of_change(impact, migration, change)

    def of_statement(self, impact: Impact, migration: MigrationImpact, statement: Statement, effect: Effect) -> Finding:
        own = not isinstance(impact.step.operation, RunSQL | RunPython)
        word = WORDS[Kind.DELETE if effect.source is not None and effect.source.kind is Kind.DELETE else Kind.UPDATE]
        only = "" if effect.source is not None and "every row" in effect.source.traits else " that has no value yet"
        table = effect.relation or ""
        does = f"The {'operation' if own else 'statement'} {word} every row of `{table}`{only}"
        return self.finding(
            f"{does}, all at once: {waits(impact, migration)}",
            help=backfill.fill_first(impact, statement) if own else backfill.sql_in_batches(impact, statement, table),
            impact=impact, migration=migration, statement=statement, effect=effect,
        )  # fmt: skip

    def of_change(self, impact: Impact, migration: MigrationImpact, change: RowChange) -> Finding:
        does = f"`{change.function}` {WORDS[change.kind]} every row of `{change.table}`"
        return self.finding(
            f"{does} in one statement: {waits(impact, migration)}",
            help=backfill.function_in_batches(impact, change),
            impact=impact, migration=migration, relation=change.table, location=change.location,
            related=(impact.step.location,),
        )  # fmt: skip


def is_whole(impact: Impact, effect: Effect) -> bool:
    action = effect.source
    if action is None or action.kind not in WORDS:
        return False
    return "every row" in action.traits or not isinstance(impact.step.operation, RunSQL | RunPython)


def waits(impact: Impact, migration: MigrationImpact) -> str:
    """Who waits for the rows' locks, and until when."""
    if not impact.step.atomic:
        until = "until the statement is done"
    elif migration.migration.atomic and getattr(impact.features, "can_rollback_ddl", True):
        until = "until the migration commits"
    else:
        until = "until the operation's transaction commits"
    if not getattr(impact.features, "has_select_for_update", True):  # there are no locks of rows
        return f"nobody else writes to the database {until}."
    return f"whoever writes to a row that it has reached waits {until}."
