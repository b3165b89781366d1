from __future__ import annotations

from collections.abc import Iterable

from migration_lint import Blocks, Finding, Impact, Kind, MigrationImpact, Rule, Severity


class BlockingIndexBuild(Rule):
    """Building an index reads the whole table, and the plain form keeps every other session from writing until it is done."""

    severity = Severity.ERROR
    category = "locks"
    bad = """
        operations = [
            migrations.AddIndex("book", models.Index(fields=["title"], name="book_title_idx")),
        ]
    """
    good = """
        atomic = False
        operations = [
            AddIndexConcurrently("book", models.Index(fields=["title"], name="book_title_idx")),
        ]
    """

    def check_impact(self, impact: Impact, migration: MigrationImpact) -> Iterable[Finding]:
        for statement in impact.statements:
            for effect in statement.effects:
                action = effect.source
                if (
                    action is not None
                    and action.kind is Kind.CREATE_INDEX
                    and effect.builds_index
                    and effect.blocks is Blocks.WRITES
                    and effect.held == effect.lock
                    and migration.used_table(effect)
                ):
                    name = action.name or "the index"
                    yield self.finding(
                        f"Building index `{name}` blocks writes on `{effect.relation}` until it is done and the transaction ends.",
                        help=self.advice(impact, effect.relation or "", name, statement.sql),
                        impact=impact, migration=migration, statement=statement, effect=effect,
                    )  # fmt: skip

    def advice(self, impact: Impact, table: str, name: str, sql: str) -> str:
        return "…"
