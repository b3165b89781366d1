from __future__ import annotations

from collections.abc import Iterable

from migration_lint import Effect, Finding, Impact, Kind, MigrationImpact, Rule, Severity, Statement, spelling


class NoopStillLocks(Rule):
    """IF NOT EXISTS for what is there, or IF EXISTS for what is not, changes nothing, and locks the table all the same."""

    severity = Severity.NOTE
    category = "locks"
    vendors = ("postgresql",)
    help = "Leave the statement out."
    bad = """
        operations = [
            migrations.RunSQL("ALTER TABLE shop_book ADD COLUMN IF NOT EXISTS notes text", migrations.RunSQL.noop),
        ]
    """
    good = """
        operations = [
            migrations.RunSQL("ALTER TABLE shop_book ADD COLUMN IF NOT EXISTS blurb text", migrations.RunSQL.noop),
        ]
    """

    def check_impact(self, impact: Impact, migration: MigrationImpact) -> Iterable[Finding]:
        for statement in impact.statements:
            idle = [
                effect
                for effect in statement.effects
                if effect.stops_writes and does_nothing(statement, effect) and migration.used_table(effect)
            ]
            if not idle or any(effect.stops_writes and effect not in idle for effect in statement.effects):
                continue
            effect = idle[0]
            there = "is there already" if effect.source and "if not exists" in effect.source.traits else "is not there"
            names = spelling.listed(str(each.source.name) for each in idle if each.source)
            waits = spelling.waiting(migration, statement, idle)
            yield self.finding(
                f"{names} {there}, and the statement changes nothing; it takes its lock on `{effect.relation}` all the same: "
                f"{waits} waits, {spelling.until(migration, statement)}.",
                help=self.advice(effect),
                impact=impact, migration=migration, statement=statement, effect=effect,
            )  # fmt: skip

    def advice(self, effect: Effect) -> str:
        return spelling.advice(
            "Leave the statement out. Where databases differ, look before you ask: query "
            f"`{'pg_class' if is_index(effect) else 'information_schema'}` in a `RunPython`, "
            f"and alter `{effect.relation}` only where something has to be done."
        )


def is_index(effect: Effect) -> bool:
    return effect.source is not None and effect.source.kind is Kind.CREATE_INDEX


def does_nothing(statement: Statement, effect: Effect) -> bool:
    """Whether the catalog says that the statement finds done what it asks for."""
    action, table = effect.source, effect.table
    if action is None or table is None or not table.known or statement.before is None or action.name is None:
        return False
    if "if not exists" in action.traits:
        if action.kind is Kind.CREATE_INDEX:
            return action.name in statement.before.indexes
        return action.kind is Kind.ADD_COLUMN and action.name in table.columns
    if "if exists" in action.traits:
        if action.kind is Kind.DROP_CONSTRAINT:
            return action.name not in table.constraints
        return action.kind is Kind.DROP_COLUMN and action.name not in table.columns
    return False
